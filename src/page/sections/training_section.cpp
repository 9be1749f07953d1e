// How training went, from model/train_log.csv.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chart/line_chart.hpp"
#include "core/text/text.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

// Points of a column by step; every so many, where there are more than a line can show.
chart::Line line_of(const Table& log, const std::string& column, const std::string& name, double factor) {
  chart::Line line;
  line.name = name;
  const auto step = log.column("step", "train_log.csv"), value = log.column(column, "train_log.csv");
  const std::size_t stride = std::max<std::size_t>(1, log.rows.size() / 1000);
  for (std::size_t i = 0; i < log.rows.size(); ++i) {
    const auto x = to_number(log.rows.at(i, step)), y = to_number(log.rows.at(i, value));
    if (!x || !y || !std::isfinite(*x) || !std::isfinite(*y)) continue;
    if (i % stride != 0 && i + 1 != log.rows.size() && column.find("validation") == std::string::npos)
      continue;
    line.x.push_back(*x), line.y.push_back(factor * *y);
  }
  return line;
}

std::string curves(const Table& log, const std::string& column, const std::string& title, double factor) {
  chart::LineChart chart;
  chart.label = title + " while training";
  chart.across = "step", chart.up = title;
  chart.lines = {line_of(log, column, "training", factor),
                 line_of(log, "validation_" + column, "validation", factor)};
  return chart::line_chart(chart);
}

}  // namespace

std::string training_section(const Results& results, const PageOptions&) {
  const auto& log = results.training_log.get();
  if (log.rows.empty()) throw Error("train_log.csv has no rows yet");
  auto html = "<div class=\"row\"><figure>" + curves(log, "loss", "loss", 1) + "</figure><figure>" +
              curves(log, "accuracy", "accuracy, %", 100) + "</figure></div>\n";
  const auto& last = log.rows.back();
  const auto cell = [&](const char* column) { return last[log.column(column, "train_log.csv")]; };
  const auto seconds = to_number(cell("seconds"));
  html += paragraph(
      "The network learns to tell the treatments apart; accuracy is the share of examples whose "
      "treatment it names. Ended at step " +
      cell("step") + (seconds ? ", after " + duration_text(*seconds) : std::string()) + ".");
  return html;
}

}  // namespace cytoscale::page
