#include "profile/profile_table.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/append_number.hpp"
#include "core/text/spelling.hpp"
#include "core/text/text.hpp"
#include "profile/input/feature_columns.hpp"
#include "profile/input/usable_rows.hpp"
#include "screen/input/tidy_metadata.hpp"

namespace cytoscale::profile {
namespace {

constexpr std::size_t text_at_once = std::size_t{256} << 10;

// Also "none", which some programs write for a number.
bool missing_value(std::string_view text) {
  return is_missing(text) || text == "none" || text == "None" || text == "NONE";
}

// The column as numbers (missing: NaN), or nothing when a value is a word.
std::optional<std::vector<double>> numbers_of(const Table& table, std::size_t column) {
  std::vector<double> numbers;
  numbers.reserve(table.rows.size());
  TextColumn::Cursor next(table.rows.column(column));
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto text = next.next();
    if (const auto number = to_number(text)) {
      numbers.push_back(*number);
    } else if (missing_value(text)) {
      numbers.push_back(std::numeric_limits<double>::quiet_NaN());
    } else {
      return std::nullopt;
    }
  }
  return numbers;
}

}  // namespace

void keep_features(ProfileTable& profiles, const std::vector<char>& keep,
                   const std::vector<std::string>& reasons, const std::string& where) {
  std::vector<std::string> names, layers;
  std::vector<Eigen::Index> columns;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (keep[i]) {
      names.push_back(profiles.features[i]);
      if (!profiles.layers.empty()) layers.push_back(profiles.layers[i]);
      columns.push_back(static_cast<Eigen::Index>(i));
    } else {
      profiles.dropped.push_back(profiles.features[i] + " (" + reasons[i] + ")");
    }
  }
  if (columns.size() == keep.size() && !columns.empty()) return;
  if (columns.empty()) {
    throw Error("no usable feature is left of " + std::to_string(keep.size()), where,
                profiles.dropped.empty() ? "Profiles need at least one numeric column not named Metadata_…"
                                         : "The last one dropped: " + profiles.dropped.back());
  }
  profiles.values = Matrix(profiles.values(Eigen::all, columns));
  profiles.features = std::move(names);
  profiles.layers = std::move(layers);
}

std::string dropped_text(const std::vector<std::string>& dropped) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const auto& entry : dropped) {
    const auto at = entry.find(" (");
    const auto reason = at == std::string::npos ? "" : entry.substr(at + 2, entry.size() - at - 3);
    by_reason[reason].push_back(entry.substr(0, at));
  }
  std::vector<std::string> parts;
  for (const auto& [reason, names] : by_reason) {
    const auto count = by_reason.size() > 1 ? count_text(names.size()) + " " : "";
    parts.push_back(count + join_some(names, 3) + (reason.empty() ? "" : ": " + reason));
  }
  if (dropped.empty()) return {};
  return count_text(dropped.size()) + " features dropped: " + join_some(parts, 4, "; ");
}

void rename_features(ProfileTable& profiles, const std::string& stem) {
  profiles.features.clear();
  profiles.layers.clear();
  for (Eigen::Index i = 0; i < profiles.values.cols(); ++i)
    profiles.features.push_back(stem + std::to_string(i));
}

void drop_nonfinite(ProfileTable& profiles, const std::string& where) {
  drop_missing(profiles, 0, where);
}

ProfileTable read_profile_csv(const std::filesystem::path& path, double missing_cut) {
  Table table = read_csv(path);
  const auto where = path.string();
  if (table.rows.empty())
    throw Error("the table has a header and no rows", where, "Profiles need one row per well");
  ProfileTable profiles;
  std::vector<std::size_t> metadata;
  std::vector<std::vector<double>> columns;
  std::vector<std::string> others;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& name = table.columns[i];
    if (!is_feature_name(name)) {
      metadata.push_back(i);
      if (!name.starts_with("Metadata_") && !name.empty()) others.push_back(name);
    } else if (auto numbers = numbers_of(table, i)) {
      profiles.features.push_back(name);
      columns.push_back(std::move(*numbers));
    } else {
      metadata.push_back(i);
      profiles.text_columns.push_back(name);
    }
  }
  profiles.metadata.rows.resize_empty(table.rows.size());
  for (const auto i : metadata) {
    profiles.metadata.columns.push_back(table.columns[i]);
    profiles.metadata.rows.add_column(table.rows.column(i));
  }
  profiles.values.resize(static_cast<Eigen::Index>(table.rows.size()),
                         static_cast<Eigen::Index>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    profiles.values.col(static_cast<Eigen::Index>(i)) =
        Eigen::Map<const Eigen::VectorXd>(columns[i].data(), static_cast<Eigen::Index>(columns[i].size()));
  }
  if (!others.empty())
    profiles.notes.push_back(count_text(others.size()) + " columns are no features by their names (" +
                             join_some(others, 5) + ")");
  std::vector<std::string> doubtful;
  std::copy_if(profiles.features.begin(), profiles.features.end(), std::back_inserter(doubtful),
               is_doubtful_feature);
  if (!doubtful.empty())
    profiles.notes.push_back(count_text(doubtful.size()) + " features tell places or numbers of objects (" +
                             join_some(doubtful, 5) + "): leave them out of the table unless they are meant");
  make_usable(profiles, missing_cut, where);
  return profiles;
}

void make_usable(ProfileTable& profiles, double missing_cut, const std::string& where) {
  screen::tidy_metadata(profiles.metadata, where, profiles.notes);
  leave_out_rows(profiles);
  drop_missing(profiles, missing_cut, where);
}

void write_profile_csv(const std::filesystem::path& path, const ProfileTable& profiles) {
  replace_atomically(path, [&](const std::filesystem::path& temporary) {
    std::ofstream file(temporary, std::ios::binary);
    // A few lines at a time: a large screen's profiles as one text would need many times their size in
    // memory.
    std::string text;
    const auto add_cells = [&](const std::vector<std::string>& cells) {
      text += csv_text({cells, {}});
      text.pop_back();  // the line goes on
    };
    auto header = profiles.metadata.columns;
    header.insert(header.end(), profiles.features.begin(), profiles.features.end());
    add_cells(header);
    for (std::size_t row = 0; row < profiles.size(); ++row) {
      text += '\n';
      if (!profiles.metadata.columns.empty()) add_cells(profiles.metadata.rows[row]);
      for (Eigen::Index i = 0; i < profiles.values.cols(); ++i) {
        if (i > 0 || !profiles.metadata.columns.empty()) text += ',';
        append_number(text, profiles.values(static_cast<Eigen::Index>(row), i));
      }
      if (text.size() < text_at_once) continue;
      file << text;
      text.clear();
    }
    file << text << '\n';
    file.close();
    if (!file) throw Error("the file cannot be written", path.string(), "Check space and permissions");
  });
}

}  // namespace cytoscale::profile
