#include "discover/name_pattern.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text/letter_case.hpp"

namespace cytoscale::discover {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool letter(char c) {
  return lower_case(c) >= 'a' && lower_case(c) <= 'z';
}
bool hexadecimal(char c) {
  return digit(c) || (lower_case(c) >= 'a' && lower_case(c) <= 'f');
}

bool ends_with(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() && lower_case(name.substr(name.size() - ending.size())) == ending;
}

template <typename Holds>
std::size_t run_of(std::string_view text, std::size_t at, Holds holds) {
  std::size_t count = 0;
  while (at + count < text.size() && holds(text[at + count])) ++count;
  return count;
}

// How many letters of a row name stand here: A to P, AA to AF (1,536 wells).
std::size_t row_letters(std::string_view text, std::size_t at) {
  const auto count = run_of(text, at, letter);
  if (count == 1) return lower_case(text[at]) <= 'p' ? 1 : 0;
  return count == 2 && lower_case(text[at]) == 'a' && lower_case(text[at + 1]) <= 'f' ? 2 : 0;
}

bool guid_at(std::string_view text, std::size_t at) {
  if (text.size() < at + 36) return false;
  for (std::size_t i = 0; i < 36; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[at + i] != '-' : !hexadecimal(text[at + i])) return false;
  }
  return true;
}

}  // namespace

bool is_image_name(std::string_view name) {
  return ends_with(name, ".tif") || ends_with(name, ".tiff") || ends_with(name, ".png");
}

std::string without_ending(std::string_view name) {
  if (!is_image_name(name)) return std::string(name);
  name = name.substr(0, name.rfind('.'));
  return std::string(ends_with(name, ".ome") ? name.substr(0, name.size() - 4) : name);
}

std::vector<std::string> with_optional_parts(const std::string& pattern) {
  const auto open = pattern.find('['), close = pattern.find(']');
  if (open == std::string::npos) return {pattern};
  std::vector<std::string> all;
  for (const auto& middle : {pattern.substr(open + 1, close - open - 1), std::string()})
    for (const auto& rest : with_optional_parts(pattern.substr(close + 1)))
      all.push_back(pattern.substr(0, open) + middle + rest);
  return all;
}

NamePattern::Kind NamePattern::kind_of(const std::string& name, const std::string& form,
                                       const std::string& where) {
  if (form == "d") return Kind::digits;
  if (!form.empty())
    throw Error("{" + name + ":" + form + "} has an unknown form", where, "The one form is :d, digits");
  if (name == "Well") return Kind::well;
  if (name == "Row") return Kind::row;
  if (name == "Column" || name == "Z" || name == "T") return Kind::digits;
  if (name == "Site") return Kind::alphanumeric;
  return name == "Guid" ? Kind::guid : Kind::any;
}

NamePattern::NamePattern(const std::string& pattern, const std::string& where) : text_(pattern) {
  const char* example = "E.g. '{Plate}/{Well}_s{Site}_{Channel}.tif'";
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) tokens_.push_back({Kind::literal, literal});
    literal.clear();
  };
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '{') {
      folders_ += pattern[at] == '/';
      literal += lower_case(pattern[at]);
      continue;
    }
    const auto close = pattern.find('}', at);
    if (close == std::string::npos) throw Error("'{' is never closed in '" + pattern + "'", where, example);
    const auto inside = pattern.substr(at + 1, close - at - 1);
    const auto colon = inside.find(':');
    const auto name = inside.substr(0, colon);
    const bool plain = std::ranges::all_of(name, [](char c) { return letter(c) || digit(c) || c == '_'; });
    if (!plain) throw Error("'{" + name + "}' is no name", where, "Names have letters, digits and _");
    if (!name.empty() && has(name)) throw Error("{" + name + "} is there twice", where, example);
    flush();
    tokens_.push_back(
        {kind_of(name, colon == std::string::npos ? "" : inside.substr(colon + 1), where), name});
    at = close;
  }
  ending_ = is_image_name("x" + literal);
  flush();
  if (!has("Well") && !(has("Row") && has("Column")))
    throw Error("'" + pattern + "' does not tell the well", where,
                "It needs {Well}, or {Row} and {Column}. " + std::string(example));
}

bool NamePattern::has(const std::string& name) const {
  return std::ranges::any_of(tokens_,
                             [&](const auto& t) { return t.kind != Kind::literal && t.text == name; });
}

// Tries each length of each part; a (token, place) that has failed once is not tried again.
class NamePattern::Matcher {
 public:
  Matcher(const std::vector<Token>& tokens, std::string_view text)
      : tokens_(tokens), text_(text), failed_(tokens.size() * (text.size() + 1)) {}

  bool match(std::size_t token, std::size_t at) {
    if (token == tokens_.size()) return at == text_.size();
    auto seen = failed_.begin() + static_cast<std::ptrdiff_t>(token * (text_.size() + 1) + at);
    if (*seen) return false;
    for (const auto length : lengths(tokens_[token], at)) {
      if (!match(token + 1, at + length)) continue;
      if (const auto& name = tokens_[token].text; tokens_[token].kind != Kind::literal && !name.empty())
        parts[name] = text_.substr(at, length);
      return true;
    }
    *seen = true;
    return false;
  }
  NameParts parts;

 private:
  static void add_down_to_one(std::vector<std::size_t>& lengths, std::size_t most, std::size_t before = 0) {
    for (std::size_t n = most; n > 0; --n) lengths.push_back(before + n);
  }

  std::vector<std::size_t> lengths(const Token& token, std::size_t at) const {
    std::vector<std::size_t> found;
    const auto row = row_letters(text_, at);
    switch (token.kind) {
      case Kind::literal: {
        const auto there = text_.substr(at, token.text.size());
        if (lower_case(there) == token.text) found.push_back(token.text.size());
        break;
      }
      case Kind::digits:
        add_down_to_one(found, run_of(text_, at, digit));
        break;
      case Kind::alphanumeric:
        add_down_to_one(found, run_of(text_, at, [](char c) { return digit(c) || letter(c); }));
        break;
      case Kind::well:
        if (row > 0) add_down_to_one(found, std::min<std::size_t>(3, run_of(text_, at + row, digit)), row);
        break;
      case Kind::row:
        if (row > 0) found.push_back(row);
        add_down_to_one(found, run_of(text_, at, digit));
        break;
      case Kind::guid:
        if (guid_at(text_, at)) found.push_back(36);
        break;
      case Kind::any: {
        const auto most = run_of(text_, at, [](char c) { return c != '/'; });
        for (std::size_t n = 1; n <= most; ++n) found.push_back(n);
        break;
      }
    }
    return found;
  }

  const std::vector<Token>& tokens_;
  std::string_view text_;
  std::vector<bool> failed_;
};

std::optional<NameParts> NamePattern::match(const std::string& path) const {
  auto start = path.size();
  for (std::size_t i = 0; i <= folders_; ++i) {
    if (start == 0) return std::nullopt;
    const auto slash = path.rfind('/', start - 1);
    start = slash == std::string::npos ? 0 : slash;
    if (i == folders_ && slash != std::string::npos) ++start;
  }
  const auto end = path.substr(start);
  const auto text = ending_ ? end : without_ending(end);
  constexpr std::size_t longest = 1024;
  if (text.size() > longest) return std::nullopt;
  Matcher matcher(tokens_, text);
  if (!matcher.match(0, 0)) return std::nullopt;
  return std::move(matcher.parts);
}

}  // namespace cytoscale::discover
