// What made the results: versions, and the options that somebody set.
#include <fmt/format.h>

#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

using nlohmann::json;

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string told(const json& provenance, const char* key) {
  const auto at = provenance.find(key);
  return at == provenance.end() ? "" : escaped(text_of(*at));
}

std::string value_or_none(const std::string& text) {
  return text.empty() ? "<i>none</i>" : escaped(text);
}

std::string failures_of(const Results& results) {
  if (!results.failures || results.failures.get().rows.empty()) return {};
  const auto& failures = results.failures.get();
  std::vector<std::string> head;
  for (const auto& column : failures.columns) head.push_back(escaped(column));
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min<std::size_t>(failures.rows.size(), 50); ++i) {
    rows.emplace_back();
    for (const auto& cell : failures.rows[i]) rows.back().push_back(escaped(cell));
  }
  return folded(
      fmt::format("{} fields could not be read", failures.rows.size()),
      table(head, rows) +
          (failures.rows.size() > rows.size() ? note("The first 50; failures.csv has all.") : std::string()));
}

}  // namespace

std::string run_section(const Results& results, const PageOptions& options) {
  if (results.provenances.empty()) throw Error("no file tells what it was made from");
  std::vector<std::vector<std::string>> files, changed, all;
  for (const auto& [file, provenance] : results.provenances) {
    const auto job = told(provenance, "job");
    files.push_back(
        {escaped(file), job, told(provenance, "version"), "<code>" + told(provenance, "screen") + "</code>"});
    const auto given = provenance.find("options");
    if (given == provenance.end() || !given->is_object()) continue;
    const auto defaults = options.defaults.find(job);
    for (const auto& [key, value] : given->items()) {
      all.push_back({job, escaped(key), value_or_none(text_of(value))});
      if (defaults == options.defaults.end() || !defaults->second.contains(key)) continue;
      const auto usual = text_of(defaults->second.at(key));
      if (usual != text_of(value))
        changed.push_back({job, escaped(key), value_or_none(text_of(value)), value_or_none(usual)});
    }
  }
  auto html = table({"file", "job", "version", "screen (fingerprint)"}, files);
  html += heading("Options that differ from their defaults");
  html += changed.empty() ? paragraph("None.") : table({"job", "option", "value", "default"}, changed);
  return html + folded("All options that decide the results", table({"job", "option", "value"}, all)) +
         failures_of(results);
}

}  // namespace cytoscale::page
