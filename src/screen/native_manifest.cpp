// The native table to fields: the one place where rows become a Screen.
#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/text/whole_number.hpp"
#include "screen/manifest_formats.hpp"

namespace cytoscale::screen {
namespace {
namespace fs = std::filesystem;

struct ChannelColumns {
  std::string channel;
  std::size_t file;
  std::optional<std::size_t> folder, frame;
  int page = 0;  // where no frame column says otherwise
};

// One file per channel, or one multi-page file ("FileName") whose pages are the channels named by --channels.
std::vector<ChannelColumns> channel_columns(const Table& table, const ManifestOptions& options) {
  const auto where = options.manifest.string();
  std::vector<ChannelColumns> found;
  if (const auto stack = table.find("FileName")) {
    if (options.channels.empty()) {
      throw Error("one file per field, but its channels are not named", where,
                  "Name the pages in order with --channels, e.g. --channels DNA,Tubulin,Actin");
    }
    for (std::size_t i = 0; i < options.channels.size(); ++i) {
      found.push_back(
          {options.channels[i], *stack, table.find("PathName"), std::nullopt, static_cast<int>(i)});
    }
    return found;
  }
  std::vector<std::string> names = options.channels;
  if (names.empty()) {
    for (const auto& column : table.columns) {
      if (column.starts_with("FileName_")) names.push_back(column.substr(9));
    }
  }
  if (names.empty()) {
    throw Error("there is no FileName_<Channel> column", where,
                "Columns present: " + join(table.columns, ", "));
  }
  for (const auto& name : names) {
    found.push_back({name, table.column("FileName_" + name, where), table.find("PathName_" + name),
                     table.find("Frame_" + name)});
  }
  return found;
}

struct MetadataColumns {
  std::size_t plate, well;
  std::optional<std::size_t> site;
  std::vector<std::size_t> others;
};

MetadataColumns metadata_columns(const Table& table, const std::string& where) {
  MetadataColumns found{table.column("Metadata_Plate", where),
                        table.column("Metadata_Well", where),
                        table.find("Metadata_Site"),
                        {}};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool named = i == found.plate || i == found.well || (found.site && i == *found.site);
    if (table.columns[i].starts_with("Metadata_") && !named) found.others.push_back(i);
  }
  return found;
}

std::optional<ImageFile> image_of(const std::vector<std::string>& row, const ChannelColumns& columns,
                                  const fs::path& root, std::string& problem) {
  if (trim(row[columns.file]).empty()) {
    problem = "no file is named for channel " + columns.channel;
    return std::nullopt;
  }
  fs::path path = row[columns.file];
  if (columns.folder) path = fs::path(row[*columns.folder]) / path;
  if (path.is_relative()) path = root / path;
  int page = columns.page;
  if (columns.frame) {
    const auto number = to_whole_number(row[*columns.frame], 0, std::numeric_limits<int>::max());
    if (!number) {
      problem = "'" + row[*columns.frame] + "' is not a page number for channel " + columns.channel;
      return std::nullopt;
    }
    page = static_cast<int>(*number);
  }
  return ImageFile{path.lexically_normal(), page};
}

}  // namespace

Screen screen_from_native(const Table& table, const ManifestOptions& options,
                          std::vector<std::string>& problems) {
  const auto where = options.manifest.string();
  const auto metadata = metadata_columns(table, where);
  const auto images = channel_columns(table, options);
  const auto root = options.image_root.empty() ? options.manifest.parent_path() : options.image_root;
  Screen screen;
  for (const auto& image : images) screen.channels.push_back(image.channel);
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (auto column : metadata.others) screen.metadata_columns.push_back(table.columns[column]);
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto& row = table.rows[r];
    Field field{trim(row[metadata.plate]),
                trim(row[metadata.well]),
                metadata.site ? trim(row[*metadata.site]) : "1",
                {},
                {}};
    const auto name = "field " + std::to_string(r + 1) + " (plate " + field.plate + ", well " + field.well +
                      ", site " + field.site + "): ";
    if (field.plate.empty() || field.well.empty() || field.site.empty()) {
      problems.push_back(name + "plate, well or site is empty");
      continue;
    }
    field.metadata = {field.plate, field.well, field.site};
    for (auto column : metadata.others) field.metadata.push_back(row[column]);
    std::string problem;
    for (const auto& columns : images) {
      if (auto image = image_of(row, columns, root, problem)) field.images.push_back(*std::move(image));
    }
    if (problem.empty()) {
      screen.fields.push_back(std::move(field));
    } else {
      problems.push_back(name + problem);
    }
  }
  return screen;
}

}  // namespace cytoscale::screen
