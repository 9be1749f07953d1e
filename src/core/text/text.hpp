// Small text helpers.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cytoscale {

std::string trim(std::string_view text);
// "a,b,c" -> {"a","b","c"}, parts trimmed, quotes around a part removed; "" -> {}.
std::vector<std::string> split_list(std::string_view text, char separator = ',');
std::string join(const std::vector<std::string>& parts, std::string_view separator);
// The first `most` of them, then "…" for the others.
std::string join_some(std::vector<std::string> parts, std::size_t most, std::string_view separator = ", ");
// The whole text as a finite or infinite number, nothing else around it; "nan" is a number, "" is not.
std::optional<double> to_number(std::string_view text);
// Shortest decimal form that reads back as the same value; whole numbers without a point.
std::string number_text(double value);
std::string number_text(float value);
// Order of people: runs of digits compare as numbers ("A2" < "A10"). A strict weak order; ties broken
// bytewise.
bool natural_less(std::string_view a, std::string_view b);
// Counts, bytes and seconds for people: "12,345", "1.5 GiB", "2 min 03 s".
std::string count_text(std::uint64_t n);
std::string bytes_text(double bytes);
std::string duration_text(double seconds);
// Of the known words, the one nearest to `word` by edit distance, if near enough to suggest.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace cytoscale
