// The native table to fields: the one place where rows become a Screen.
#include <algorithm>
#include <array>
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
  const auto file = table.rows.empty() ? std::string() : table.rows.front()[column];
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

bool blank(const std::string& text) {
  return text.find_first_not_of(" \t\n\v\f\r") == std::string::npos;
}

// Folder and name in one text, since each step of fs::path takes all of it apart again.
fs::path path_in(std::string_view folder, const std::string& name) {
  std::string text;
  if (!name.starts_with('/')) text = folder;
  if (!text.empty() && !text.ends_with('/')) text += '/';
  text += name;
  // What normalizing could change begins with a point or follows a slash at once.
  const bool plain =
      !text.starts_with('.') && text.find("//") == std::string::npos && text.find("/.") == std::string::npos;
  return plain ? fs::path(std::move(text)) : fs::path(text).lexically_normal();
}

fs::path file_at(const std::string& root, const std::string& folder, const std::string& name) {
  if (folder.empty()) return path_in(root, name);
  if (folder.starts_with('/') || root.empty()) return path_in(folder, name);
  return path_in(root + (root.ends_with('/') ? "" : "/") + folder, name);
}

std::optional<ImageFile> image_of(const std::vector<std::string>& row, const ChannelColumns& columns,
                                  const std::string& root, std::string& problem) {
  const auto& name = row[columns.file];
  if (blank(name)) {
    problem = "no file is named for channel " + columns.channel;
    return std::nullopt;
  }
  int page = columns.page;
  if (columns.frame) {
    const auto number = to_whole_number(row[*columns.frame], 0, std::numeric_limits<int>::max());
    if (!number) {
      problem = "'" + row[*columns.frame] + "' is not a page number for channel " + columns.channel;
      return std::nullopt;
    }
    page = static_cast<int>(*number);
  }
  return ImageFile{file_at(root, columns.folder ? row[*columns.folder] : "", name), page, columns.choice};
}

// Rows of a plate mostly name the same.
class IlluminationFiles {
 public:
  IlluminationFiles(const Table& table, const Screen& screen)
      : columns_(illumination_columns(table, screen)), last_(columns_.size()) {}
  void add(const std::vector<std::string>& row, const std::string& plate, const std::string& root,
           Screen& screen) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto& columns = columns_[i];
      const auto& name = row[columns.file];
      Named named{plate, columns.folder ? row[*columns.folder] : std::string(), name};
      if (blank(name) || named == last_[i]) continue;
      auto& of_plate = screen.illumination[plate];
      of_plate.resize(screen.channels.size());
      auto& files = of_plate[columns.channel];
      auto file = file_at(root, named[1], name);
      if (std::ranges::find(files, file) == files.end()) files.push_back(std::move(file));
      last_[i] = std::move(named);
    }
  }

 private:
  using Named = std::array<std::string, 3>;  // plate, folder, file
  std::vector<IlluminationColumns> columns_;
  std::vector<Named> last_;
};

}  // namespace

Screen screen_from_native(Table&& table, const ManifestOptions& options, std::vector<std::string>& problems) {
  const auto where = options.manifest.string();
  const auto metadata = metadata_columns(table, where);
  Screen screen;
  const auto images = channel_columns(table, options, screen.notes);
  const auto root =
      (options.image_root.empty() ? options.manifest.parent_path() : options.image_root).string();
  for (const auto& image : images) screen.channels.push_back(image.channel);
  IlluminationFiles illumination(table, screen);
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (auto column : metadata.others) screen.metadata_columns.push_back(table.columns[column]);
  screen.fields.reserve(table.rows.size());
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto row = std::move(table.rows[r]);
    Field field{trim(row[metadata.plate]),
                trim(row[metadata.well]),
                metadata.site ? trim(row[*metadata.site]) : "1",
                {},
                {}};
    const auto add_problem = [&](const std::string& problem) {
      problems.push_back("field " + std::to_string(r + 1) + " (plate " + field.plate + ", well " +
                         field.well + ", site " + field.site + "): " + problem);
    };
    if (field.plate.empty() || field.well.empty() || field.site.empty()) {
      add_problem("plate, well or site is empty");
      continue;
    }
    field.metadata.reserve(screen.metadata_columns.size());
    field.metadata.assign({field.plate, field.well, field.site});
    for (auto column : metadata.others) field.metadata.push_back(row[column]);
    std::string problem;
    field.images.reserve(images.size());
    for (const auto& columns : images) {
      if (auto image = image_of(row, columns, root, problem)) field.images.push_back(*std::move(image));
    }
    if (problem.empty()) {
      illumination.add(row, field.plate, root, screen);
      screen.fields.push_back(std::move(field));
    } else {
      add_problem(problem);
    }
  }
  return screen;
}

}  // namespace cytoscale::screen
