#include "profile/profile_table.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/append_number.hpp"
#include "core/text/text.hpp"

namespace cytoscale::profile {
namespace {

constexpr std::size_t text_at_once = std::size_t{256} << 10;

bool named_as_metadata(const std::string& column) {
  static const std::vector<std::string> numbering = {"ImageNumber", "ObjectNumber", "TableNumber", "",
                                                     "Unnamed: 0"};
  return column.starts_with("Metadata_") || column.starts_with("Image_Metadata_") ||
         std::find(numbering.begin(), numbering.end(), column) != numbering.end();
}

bool is_missing(const std::string& text) {
  std::string word = trim(text);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word.empty() || word == "na" || word == "n/a" || word == "null" || word == "none";
}

// The column as numbers (missing: NaN), or nothing when a value is a word.
std::optional<std::vector<double>> numbers_of(const Table& table, std::size_t column) {
  std::vector<double> numbers;
  numbers.reserve(table.rows.size());
  for (const auto& row : table.rows) {
    if (const auto number = to_number(row[column])) {
      numbers.push_back(*number);
    } else if (is_missing(row[column])) {
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
  const auto count = profiles.features.size();
  std::vector<char> keep(count, 1);
  std::vector<std::string> reasons(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t bad = 0;
    for (Eigen::Index row = 0; row < profiles.values.rows(); ++row) {
      bad += !std::isfinite(profiles.values(row, static_cast<Eigen::Index>(i)));
    }
    if (bad == 0) continue;
    keep[i] = 0;
    reasons[i] =
        "not finite in " + std::to_string(bad) + " of " + std::to_string(profiles.values.rows()) + " rows";
  }
  keep_features(profiles, keep, reasons, where);
}

ProfileTable read_profile_csv(const std::filesystem::path& path) {
  Table table = read_csv(path);
  const auto where = path.string();
  if (table.rows.empty())
    throw Error("the table has a header and no rows", where, "Profiles need one row per well");
  ProfileTable profiles;
  std::vector<std::size_t> metadata;
  std::vector<std::vector<double>> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& name = table.columns[i];
    if (named_as_metadata(name)) {
      metadata.push_back(i);
    } else if (auto numbers = numbers_of(table, i)) {
      profiles.features.push_back(name);
      columns.push_back(std::move(*numbers));
    } else {
      metadata.push_back(i);
      profiles.text_columns.push_back(name);
    }
  }
  for (const auto i : metadata) profiles.metadata.columns.push_back(table.columns[i]);
  for (auto& row : table.rows) {
    auto& cells = profiles.metadata.rows.emplace_back();
    for (const auto i : metadata) cells.push_back(std::move(row[i]));
  }
  profiles.values.resize(static_cast<Eigen::Index>(table.rows.size()),
                         static_cast<Eigen::Index>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    profiles.values.col(static_cast<Eigen::Index>(i)) =
        Eigen::Map<const Eigen::VectorXd>(columns[i].data(), static_cast<Eigen::Index>(columns[i].size()));
  }
  drop_nonfinite(profiles, where);
  return profiles;
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
