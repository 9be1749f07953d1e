#include "chart/svg.hpp"

#include <fmt/format.h>

namespace cytoscale::chart {
namespace {

const char* word_of(Anchor anchor) {
  return anchor == Anchor::start ? "start" : anchor == Anchor::middle ? "middle" : "end";
}

std::string opening(double width, double height, std::string_view label, std::string_view more) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{2}\" width=\"{0}\" "
      "height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"12\"{3}>\n",
      px(width), px(height), escaped(label), more);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else {
      result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return result;
}

std::string px(double value) {
  auto text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string text_at(double x, double y, Anchor anchor, std::string_view text, std::string_view more) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\"{}{}>{}</text>\n", px(x), px(y),
                     word_of(anchor), more.empty() ? "" : " ", more, escaped(text));
}

std::string turned_text(double x, double y, double degrees, Anchor anchor, std::string_view text) {
  return fmt::format("<text transform=\"translate({} {}) rotate({})\" text-anchor=\"{}\">{}</text>\n", px(x),
                     px(y), px(degrees), word_of(anchor), escaped(text));
}

std::string mark(std::string_view open, std::string_view hover) {
  if (hover.empty()) return std::string(open) + "/>\n";
  const auto name = open.substr(1, open.find(' ') - 1);
  return fmt::format("{}><title>{}</title></{}>\n", open, escaped(hover), name);
}

std::string box(double x, double y, double width, double height, std::string_view fill,
                std::string_view hover) {
  return mark(fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"", px(x), px(y),
                          px(width), px(height), fill),
              hover);
}

std::string line(double x1, double y1, double x2, double y2, std::string_view stroke) {
  return fmt::format("<path d=\"M{} {}L{} {}\" stroke=\"{}\"/>\n", px(x1), px(y1), px(x2), px(y2), stroke);
}

std::string drawing(double width, double height, std::string_view content, std::string_view label) {
  return opening(width, height, label, "") + std::string(content) + "</svg>\n";
}

std::string drawing_file(double width, double height, std::string_view content, std::string_view label) {
  return opening(width, height, label, "") + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" +
         std::string(content) + "</svg>\n";
}

}  // namespace cytoscale::chart
