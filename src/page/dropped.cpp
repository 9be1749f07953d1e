#include "page/dropped.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/text/text.hpp"

namespace cytoscale::page {
namespace {

using prepare::Dropped;
using prepare::DropReason;

constexpr const char* remedy = "Run segment again";

double number_in(const std::string& text) {
  const auto value = to_number(text);
  if (!value || !std::isfinite(*value)) throw Error("'" + text + "' is no number", "dropped.csv", remedy);
  return *value;
}

}  // namespace

std::vector<Dropped> dropped_of(const Results& results) {
  const auto& table = results.dropped.get();
  const auto& fields = results.fields.get();
  const auto& channels = results.cells.get().channels;
  const auto key = [](const Table& of, const std::vector<std::string>& row, const std::string& where) {
    return std::tuple(row[of.column("Metadata_Plate", where)], row[of.column("Metadata_Well", where)],
                      row[of.column("Metadata_Site", where)]);
  };
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> numbers;
  for (std::size_t f = 0; f < fields.rows.size(); ++f)
    numbers[key(fields, fields.rows[f], "the fields of cells.h5")] = f;
  const auto column = [&](const char* name) { return table.column(name, "dropped.csv"); };
  std::vector<Dropped> rows;
  for (const auto& row : table.rows) {
    const auto field = numbers.find(key(table, row, "dropped.csv"));
    if (field == numbers.end()) throw Error("it is of other fields than cells.h5", "dropped.csv", remedy);
    Dropped one;
    one.field = static_cast<std::int64_t>(field->second);
    one.reason = parse_enum<DropReason>(row[column("reason")]);
    const auto channel = std::find(channels.begin(), channels.end(), row[column("channel")]);
    if (channel != channels.end()) one.channel = static_cast<std::int32_t>(channel - channels.begin());
    one.cells = static_cast<std::int64_t>(std::clamp(number_in(row[column("cells")]), 0.0, 1e15));
    one.value = number_in(row[column("value")]), one.threshold = number_in(row[column("threshold")]);
    rows.push_back(one);
  }
  return rows;
}

bool of_field(DropReason reason) {
  return reason == DropReason::blurred || reason == DropReason::saturated;
}

std::vector<LeftOut> left_out_by_field(const std::vector<Dropped>& rows, std::size_t fields) {
  std::vector<LeftOut> all(fields);
  for (const auto& row : rows) {
    auto& one = all[static_cast<std::size_t>(row.field)];
    one.cells = of_field(row.reason) ? std::max(one.cells, row.cells) : one.cells + row.cells;
    const std::string reason = enum_name(row.reason);
    if (std::find(one.reasons.begin(), one.reasons.end(), reason) == one.reasons.end())
      one.reasons.push_back(reason);
  }
  return all;
}

}  // namespace cytoscale::page
