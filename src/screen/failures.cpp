#include "screen/failures.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "screen/field_index.hpp"

namespace cytoscale::screen {

std::string pack(const std::vector<FieldFailure>& failures) {
  auto list = nlohmann::json::array();
  for (const auto& failure : failures) list.push_back({failure.field, failure.file, failure.reason});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<FieldFailure> unpack_failures(const std::string& text) {
  std::vector<FieldFailure> failures;
  for (const auto& item : nlohmann::json::parse(text)) failures.push_back({item[0], item[1], item[2]});
  return failures;
}

std::size_t failure_limit(const std::string& text, std::size_t field_count) {
  const bool percent = text.ends_with('%');
  const auto number = to_number(percent ? text.substr(0, text.size() - 1) : text);
  if (!number || *number < 0 || !std::isfinite(*number) || (percent && *number > 100) ||
      (!percent && *number != std::floor(*number))) {
    throw Error("'" + text + "' is neither a count nor a percentage", "--max-failed-fields", "E.g. 1% or 20");
  }
  if (!percent) return static_cast<std::size_t>(*number);
  if (*number == 0) return 0;
  return std::max<std::size_t>(1, static_cast<std::size_t>(*number / 100 * static_cast<double>(field_count)));
}

void write_failures(const std::filesystem::path& path, const Screen& screen,
                    std::vector<FieldFailure> failures) {
  std::stable_sort(failures.begin(), failures.end(),
                   [](const auto& a, const auto& b) { return a.field < b.field; });
  Table table{{"Metadata_Plate", "Metadata_Well", "Metadata_Site", "File", "Reason"}, {}};
  for (std::size_t i = 0; i < failures.size(); ++i) {
    if (i && failures[i].field == failures[i - 1].field) continue;
    const auto& field = screen.fields.at(failures[i].field);
    table.rows.push_back({field.plate, field.well, field.site, failures[i].file, failures[i].reason});
  }
  write_csv(path, table);
}

std::vector<FieldFailure> read_failures(const std::filesystem::path& path, const Screen& screen) {
  std::vector<FieldFailure> failures;
  if (!std::filesystem::exists(path)) return failures;
  const auto table = read_csv(path);
  const auto where = path.string();
  const FieldIndex index(screen, table, where);
  const auto file = table.column("File", where), reason = table.column("Reason", where);
  for (const auto& row : table.rows)
    if (const auto field = index.find(row)) failures.push_back({*field, row[file], row[reason]});
  return failures;
}

}  // namespace cytoscale::screen
