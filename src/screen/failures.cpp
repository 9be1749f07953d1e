#include "screen/failures.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::screen {
namespace {
const std::vector<std::string> failure_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site", "File",
                                                  "Reason"};
}

std::string pack(const std::vector<FieldFailure>& failures) {
  auto list = nlohmann::json::array();
  for (const auto& failure : failures)
    list.push_back({std::size_t(failure.field), failure.file, failure.reason});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<FieldFailure> unpack_failures(const std::string& text) {
  std::vector<FieldFailure> failures;
  for (const auto& item : nlohmann::json::parse(text))
    failures.push_back({FieldId(item[0].get<std::size_t>()), item[1], item[2]});
  return failures;
}

std::size_t failure_limit(const std::string& text, std::size_t field_count) {
  const bool percent = text.ends_with('%');
  const auto number = to_number(percent ? text.substr(0, text.size() - 1) : text);
  if (!number || *number < 0 || !std::isfinite(*number) || (percent && *number > 100) ||
      (!percent && *number != std::floor(*number))) {
    throw Error("'" + text + "' is neither a count nor a percentage", "--max-failed-fields", "E.g. 1% or 20");
  }
  // Any count beyond the fields is as good as their number, and 1e300 fits no integer.
  if (!percent) return static_cast<std::size_t>(std::min(*number, 1e15));
  if (*number == 0) return 0;
  return std::max<std::size_t>(1, static_cast<std::size_t>(*number / 100 * static_cast<double>(field_count)));
}

namespace {

Table failure_table(const Screen& screen, std::vector<FieldFailure> failures) {
  std::stable_sort(failures.begin(), failures.end(),
                   [](const auto& a, const auto& b) { return a.field < b.field; });
  Table table{failure_columns, {}};
  for (std::size_t i = 0; i < failures.size(); ++i) {
    if (i && failures[i].field == failures[i - 1].field) continue;
    const auto field = screen.fields.at(failures[i].field);
    table.rows.push_back({field.plate, field.well, field.site, failures[i].file, failures[i].reason});
  }
  return table;
}

// Rows of all jobs' lists, one for each field.
Table union_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> lists;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".csv") lists.push_back(entry.path());
  std::sort(lists.begin(), lists.end());
  std::vector<TableRows::Row> rows;
  for (const auto& list : lists) {
    const auto some = read_csv(list);
    if (some.columns == failure_columns) rows.insert(rows.end(), some.rows.begin(), some.rows.end());
  }
  const auto same = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.begin() + 3, b.begin());
  };
  const auto before = [](const auto& a, const auto& b) {
    for (std::size_t c = 0; c < 3; ++c)
      if (a[c] != b[c]) return natural_less(a[c], b[c]);
    return false;
  };
  std::stable_sort(rows.begin(), rows.end(), before);
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  Table table{failure_columns, {}};
  for (const auto& row : rows) table.rows.push_back(row);
  return table;
}

}  // namespace

std::filesystem::path job_failures(const std::filesystem::path& all, const std::string& job) {
  return all.parent_path() / all.stem() / (job + ".csv");
}

void write_job_failures(const std::filesystem::path& all, const std::string& job, const Screen& screen,
                        std::vector<FieldFailure> failures) {
  const auto own = job_failures(all, job);
  std::error_code ignored;
  if (failures.empty())
    std::filesystem::remove(own, ignored);
  else
    write_csv(own, failure_table(screen, std::move(failures)));
  write_csv(all, std::filesystem::exists(own.parent_path()) ? union_of(own.parent_path())
                                                            : Table{failure_columns, {}});
}

}  // namespace cytoscale::screen
