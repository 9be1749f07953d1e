// The native table to fields: the one place where rows become a Screen.
#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>

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
  int page = 0;  // where neither a frame column nor the file says otherwise
  std::shared_ptr<const PlaneChoice> choice = {};
};

int z_of(const ManifestOptions& options) {
  if (options.z_plane.empty()) return no_z_plane;
  if (options.z_plane == "max") return brightest_z;
  if (const auto z = to_whole_number(options.z_plane, 1, std::numeric_limits<int>::max()))
    return static_cast<int>(*z);
  throw Error("'" + options.z_plane + "' is no focal plane", "--z-plane", "Give max, or a number from 1");
}

// What CellProfiler lists beside the images: FileName_IllumDNA beside FileName_DNA (or its OrigDNA), and
// files of numbers.
bool is_illumination(const Table& table, std::size_t column) {
  const auto name = table.columns[column].substr(9);
  const auto channel = name.starts_with("Illum") ? name.substr(5) : std::string();
  if (!channel.empty() && (table.find("FileName_" + channel) || table.find("FileName_Orig" + channel)))
    return true;
  const auto file = table.rows.empty() ? std::string() : table.rows.at(0, column);
  return file.ends_with(".npy") || file.ends_with(".npz") || file.ends_with(".mat");
}

std::vector<std::string> channels_of(const Table& table, std::vector<std::string>& notes) {
  std::vector<std::string> names, others;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (!table.columns[c].starts_with("FileName_")) continue;
    (is_illumination(table, c) ? others : names).push_back(table.columns[c].substr(9));
  }
  if (!others.empty())
    notes.push_back(join(others, ", ") +
                    " are illumination functions, no channels; illuminate makes its own unless "
                    "--illumination-from is manifest");
  return names;
}

// One file per channel, or one multi-page file ("FileName") whose pages are the channels named by --channels.
std::vector<ChannelColumns> channel_columns(const Table& table, const ManifestOptions& options,
                                            std::vector<std::string>& notes) {
  const auto where = options.manifest.string();
  std::vector<ChannelColumns> found;
  if (const auto stack = table.find("FileName")) {
    if (options.channels.empty()) {
      throw Error("one file per field, but its channels are not named", where,
                  "Name the pages in order with --channels, e.g. --channels DNA,Tubulin,Actin");
    }
    for (std::size_t i = 0; i < options.channels.size(); ++i) {
      const PlaneChoice choice{options.channels, i, z_of(options)};
      found.push_back({options.channels[i], *stack, table.find("PathName"), std::nullopt, static_cast<int>(i),
                       std::make_shared<const PlaneChoice>(choice)});
    }
    return found;
  }
  const auto names = options.channels.empty() ? channels_of(table, notes) : options.channels;
  if (names.empty()) {
    throw Error("there is no FileName_<Channel> column", where,
                "Columns present: " + join(table.columns, ", "));
  }
  for (const auto& name : names) {
    const auto frame = table.find("Frame_" + name);
    const PlaneChoice choice{{name}, 0, z_of(options)};
    found.push_back({name, table.column("FileName_" + name, where), table.find("PathName_" + name), frame, 0,
                     frame ? nullptr : std::make_shared<const PlaneChoice>(choice)});
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

// FileName_Illum<Channel> of the channels that have one; by channel.
struct IlluminationColumns {
  std::size_t channel, file;
  std::optional<std::size_t> folder;
};

std::vector<IlluminationColumns> illumination_columns(const Table& table, const Screen& screen) {
  std::vector<IlluminationColumns> found;
  for (std::size_t c = 0; c < screen.channels.size(); ++c)
    if (const auto file = table.find("FileName_Illum" + screen.channels[c]))
      found.push_back({c, *file, table.find("PathName_Illum" + screen.channels[c])});
  return found;
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\n\v\f\r") == std::string_view::npos;
}

// Folder and name in one text, since each step of fs::path takes all of it apart again.
std::string path_in(std::string_view folder, std::string_view name) {
  std::string text;
  if (!name.starts_with('/')) text = folder;
  if (!text.empty() && !text.ends_with('/')) text += '/';
  text += name;
  // What normalizing could change begins with a point or follows a slash at once.
  const bool plain =
      !text.starts_with('.') && text.find("//") == std::string::npos && text.find("/.") == std::string::npos;
  return plain ? text : fs::path(text).lexically_normal().native();
}

std::string file_at(const std::string& root, const std::string& folder, std::string_view name) {
  if (folder.empty()) return path_in(root, name);
  if (folder.starts_with('/') || root.empty()) return path_in(folder, name);
  return path_in(root + (root.ends_with('/') ? "" : "/") + folder, name);
}

using Problems = std::map<std::size_t, std::string>;  // by row, the first of each

// The images of one channel, row by row; what is wrong with a row is added to the problems.
class ImageRows {
 public:
  ImageRows(const Table& table, const ChannelColumns& columns, const std::string& root)
      : columns_(columns),
        root_(root),
        names_(table.rows.column(columns.file)),
        folders_(columns.folder ? table.rows.column(*columns.folder).codes()
                                : TextColumn(table.rows.size(), "").codes()),
        known_(folders_.texts.size()) {
    if (columns.frame) frames_ = table.rows.column(*columns.frame).codes();
    for (const auto& frame : frames_.texts)
      pages_.push_back(to_whole_number(frame, 0, std::numeric_limits<int>::max()));
    planes_.resize(pages_.size());
  }

  void read_next(ImageColumn& images, Problems& problems) {
    const auto row = row_++;
    const auto name = names_.next();
    std::optional<std::uint32_t>& plane = columns_.frame ? planes_[frames_.of[row]] : plane_;
    const auto page = columns_.frame ? pages_[frames_.of[row]] : columns_.page;
    if (blank(name)) {
      problems[row] = "no file is named for channel " + columns_.channel;
    } else if (!page) {
      problems[row] =
          "'" + frames_.texts[frames_.of[row]] + "' is not a page number for channel " + columns_.channel;
    }
    if (!plane) plane = images.number_of({static_cast<int>(page.value_or(0)), columns_.choice});
    add(images, name, folders_.of[row], *plane);
  }

 private:
  void add(ImageColumn& images, std::string_view name, std::uint32_t folder, std::uint32_t plane) {
    // Of a name that no step of fs::path would change what the folder becomes is known.
    if (!blank(name) && name.find('/') == std::string_view::npos && !name.starts_with('.')) {
      auto& known = known_[folder];
      if (!known) {
        auto path = file_at(root_, folders_.texts[folder], "x");
        path.pop_back();
        known = std::move(path);
      }
      return images.push_back(*known, name, plane);
    }
    const auto path = file_at(root_, folders_.texts[folder], name);
    const auto begin = path.rfind('/') + 1;  // 0 where there is none
    images.push_back(std::string_view(path).substr(0, begin), std::string_view(path).substr(begin), plane);
  }

  const ChannelColumns& columns_;
  const std::string& root_;
  std::size_t row_ = 0;
  TextColumn::Cursor names_;
  TextColumn::Codes folders_, frames_;
  std::vector<std::optional<std::string>> known_;     // by number of the folder: what stands before a name
  std::optional<std::uint32_t> plane_;                // numbers in the column of images: of all …
  std::vector<std::optional<std::uint32_t>> planes_;  // … or by number of the frame
  std::vector<std::optional<std::int64_t>> pages_;    // by number of the frame
};

// Files of illumination functions that the rows of each plate name, which mostly are the same.
void list_illumination(const Table& table, const std::vector<std::size_t>& rows, const TextColumn& plates,
                       const std::string& root, Screen& screen) {
  for (const auto& columns : illumination_columns(table, screen)) {
    const auto names = table.rows.column(columns.file).codes();
    const auto folders = columns.folder ? table.rows.column(*columns.folder).codes()
                                        : TextColumn(table.rows.size(), "").codes();
    const auto of_plate = plates.codes();
    std::set<std::array<std::uint32_t, 3>> seen;
    for (const auto row : rows) {
      const auto name = names.of[row], folder = folders.of[row], plate = of_plate.of[row];
      if (!seen.insert({plate, folder, name}).second || blank(names.texts[name])) continue;
      auto& all = screen.illumination[of_plate.texts[plate]];
      all.resize(screen.channels.size());
      auto& files = all[columns.channel];
      const fs::path file = file_at(root, folders.texts[folder], names.texts[name]);
      if (std::ranges::find(files, file) == files.end()) files.push_back(file);
    }
  }
}

TextColumn trimmed(const TextColumn& column) {
  return column.changed([](std::string_view text) { return trim(text); });
}

}  // namespace

Screen screen_from_native(Table&& table, const ManifestOptions& options, std::vector<std::string>& problems) {
  const auto where = options.manifest.string();
  const auto metadata = metadata_columns(table, where);
  Screen screen;
  const auto images = channel_columns(table, options, screen.notes);
  const auto root =
      (options.image_root.empty() ? options.manifest.parent_path() : options.image_root).string();
  for (const auto& image : images) screen.channels.push_back(image.channel);
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  TableRows values;
  values.resize_empty(table.rows.size());
  values.add_column(trimmed(table.rows.column(metadata.plate)));
  values.add_column(trimmed(table.rows.column(metadata.well)));
  values.add_column(metadata.site ? trimmed(table.rows.column(*metadata.site))
                                  : TextColumn(table.rows.size(), "1"));
  for (auto column : metadata.others) {
    screen.metadata_columns.push_back(table.columns[column]);
    values.add_column(table.rows.column(column));
  }
  Problems wrong;
  std::vector<ImageColumn> files;
  for (const auto& columns : images) {
    ImageRows rows(table, columns, root);
    auto& of_channel = files.emplace_back();
    for (std::size_t row = 0; row < table.rows.size(); ++row) rows.read_next(of_channel, wrong);
  }
  for (std::size_t c = 0; c < 3; ++c) {
    const auto empty = values.column(c).where([](std::string_view text) { return text.empty(); });
    for (std::size_t row = 0; row < empty.size(); ++row)
      if (empty[row]) wrong[row] = "plate, well or site is empty";
  }
  std::vector<std::size_t> kept;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    if (!wrong.contains(row)) kept.push_back(row);
  for (const auto& [row, problem] : wrong)
    problems.push_back("field " + std::to_string(row + 1) + " (plate " + values.at(row, 0) + ", well " +
                       values.at(row, 1) + ", site " + values.at(row, 2) + "): " + problem);
  list_illumination(table, kept, values.column(0), root, screen);
  table = {};  // its memory
  screen.fields = FieldList(std::move(values), std::move(files));
  if (!wrong.empty()) screen.fields.pick(kept);
  return screen;
}

}  // namespace cytoscale::screen
