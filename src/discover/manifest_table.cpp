#include "discover/manifest_table.hpp"

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/text/whole_number.hpp"
#include "discover/name_pattern.hpp"
#include "image/io/stack.hpp"

namespace cytoscale::discover {
namespace fs = std::filesystem;
namespace {

image::StackInfo stack_of(const fs::path& file) {
  const auto ending = file.extension().string();
  const bool tiff = ending.size() > 1 && (ending[1] == 't' || ending[1] == 'T');
  return tiff ? image::inspect_stack(file) : image::StackInfo{.pages = 1};
}

bool safe(const std::string& name) {
  return name.find_first_of("/\\,;#=\"$") == std::string::npos;
}

// Names for the pages' channels: those of the file where each has one of its own, else by number.
std::vector<std::string> channel_names(const image::StackInfo& stack) {
  const auto count = stack.described ? stack.channels.size() : std::size_t(stack.pages);
  std::vector<std::string> names;
  for (std::size_t c = 0; c < count; ++c) {
    auto name = c < stack.channels.size() ? trim(stack.channels[c]) : std::string();
    if (name.empty() || std::ranges::find(names, name) != names.end())
      name = "Channel" + std::to_string(c + 1);
    std::ranges::replace_if(
        name, [](char ch) { return !safe(std::string(1, ch)); }, '_');
    names.push_back(name);
  }
  return names;
}

struct Row {
  const FoundField* field;
  std::vector<std::string> files;  // as the columns FileName…
  std::vector<int> pages;          // empty: not named
};

Table table_of(const FoundScreen& found, const std::vector<std::string>& suffixes,
               const std::vector<Row>& rows) {
  Table table{{"Metadata_Plate", "Metadata_Well", "Metadata_Site"}, {}};
  table.columns.insert(table.columns.end(), found.metadata_columns.begin(), found.metadata_columns.end());
  const bool paged = !rows.front().pages.empty();
  for (const char* kind : {"FileName", "PathName", "Frame"})
    for (const auto& suffix : suffixes)
      if (kind[0] != 'F' || kind[1] != 'r' || paged) table.columns.push_back(kind + suffix);
  for (const auto& row : rows) {
    std::vector<std::string> values = {row.field->plate, row.field->well, row.field->site};
    for (const auto& column : found.metadata_columns) {
      const auto at = row.field->metadata.find(column);
      values.push_back(at == row.field->metadata.end() ? "" : at->second);
    }
    for (const auto& file : row.files) values.push_back(fs::path(file).filename().string());
    for (const auto& file : row.files) values.push_back(fs::path(file).parent_path().string());
    for (const int page : row.pages) values.push_back(std::to_string(page));
    table.rows.push_back(std::move(values));
  }
  return table;
}

std::vector<std::string> suffixes_of(const std::vector<std::string>& channels) {
  std::vector<std::string> suffixes;
  for (const auto& channel : channels) suffixes.push_back("_" + channel);
  return suffixes;
}

// `planes`: how many there are.
std::string chosen_z(const InitOptions& options, ManifestTable& made, int planes, const std::string& where) {
  auto z = options.z_plane.empty() ? std::string("max") : options.z_plane;
  const auto count = std::to_string(planes);
  if (z != "max" && !to_whole_number(z, 1, planes))
    throw Error("there is no focal plane " + z + " in " + where, "--z-plane",
                "There are " + count + ", counted from 1");
  made.assumed.push_back("a channel has " + count + " focal planes: z-plane = " + z +
                         (z == "max" ? ", the brightest value of each pixel over all of them" : ""));
  return z;
}

// A file for each channel, with one page or with focal planes.
ManifestTable separate_files(const FoundScreen& found, const fs::path& root, const InitOptions& options) {
  ManifestTable made;
  made.channels = found.channels;
  std::vector<Row> rows;
  for (const auto& field : found.fields) {
    rows.push_back({&field, {}, {}});
    for (const auto& channel : found.channels) rows.back().files.push_back(field.files.at(channel));
  }
  for (const auto& file : rows.front().files)
    if (const auto pages = stack_of(root / file).pages; pages > 1 && made.z_plane.empty())
      made.z_plane = chosen_z(options, made, pages, (root / file).string());
  made.table = table_of(found, suffixes_of(made.channels), rows);
  return made;
}

// The page of each channel, where it can be named: one focal plane, or the first of several points in time.
std::vector<int> pages_of(const image::StackInfo& stack, int z, const fs::path& file) {
  std::vector<int> pages;
  for (std::size_t c = 0; c < (stack.described ? stack.page.size() : std::size_t(stack.pages)); ++c)
    pages.push_back(!stack.described ? static_cast<int>(c)
                    : z < stack.z    ? stack.page[c][std::size_t(z)]
                                     : -1);
  if (std::ranges::any_of(pages, [&](int page) { return page < 0 || page >= stack.pages; }))
    throw Error("the plane of a channel is not in this file", file.string(),
                "Save each field as one OME-TIFF with all its planes, or choose another with --z-plane");
  return pages;
}

// Of a series in time no z-plane can be chosen by the readers, but pages can be named: the middle plane's.
int plane_of_series(const image::StackInfo& stack, const InitOptions& options) {
  const auto chosen = to_whole_number(options.z_plane, 1, 1'000'000);
  return static_cast<int>(chosen && stack.z > 1 ? *chosen - 1 : (stack.z - 1) / 2);
}

ManifestTable stacks(const FoundScreen& found, const fs::path& root, const InitOptions& options) {
  ManifestTable made;
  std::vector<image::StackInfo> all;
  std::vector<const FoundField*> fields;
  std::optional<Error> unreadable;
  std::vector<std::string> lost;
  for (const auto& field : found.fields) {
    const auto file = root / field.files.begin()->second;
    try {
      all.push_back(stack_of(file));
      fields.push_back(&field);
    } catch (const Error& error) {
      lost.push_back(field.files.begin()->second + " (" + error.problem() + ")");
      if (!unreadable) unreadable = error;
      continue;
    }
    const auto names = channel_names(all.back());
    if (made.channels.empty()) made.channels = names;
    if (names != made.channels)
      throw Error(
          "its channels are " + join(names, ", ") + ", those of other files " + join(made.channels, ", "),
          file.string(),
          "Write the pages into a manifest by hand (Frame_<Channel>), or name a folder of files of one kind");
  }
  if (all.empty()) throw *unreadable;
  if (!lost.empty())
    made.left_out.push_back(count_text(lost.size()) +
                            " files that cannot be read: " + join_some(lost, 3, "; "));
  const auto& first = all.front();
  const bool series = std::ranges::any_of(all, [](const auto& stack) { return stack.t > 1; });
  const bool planes = std::ranges::any_of(all, [](const auto& stack) { return stack.z > 1; });
  made.assumed.push_back(
      "a field is one file, whose " + std::string(first.pages == 1 ? "page is" : "pages are") +
      " the channels " + join(made.channels, ", ") +
      (first.described ? ", as the files say" : ", in this order, of which the files say nothing"));
  if (series && !options.time_point.empty())
    throw Error("the points in time are pages of a file, of which the first is taken", "--time-point",
                "Leave it out, or give the pages in a manifest of your own (Frame_<Channel>)");
  if (series)
    made.left_out.push_back("points in time after the first: the files have " + std::to_string(first.t));
  std::vector<Row> rows;
  if (planes && !series) {  // the readers find the pages by the file's own description
    made.z_plane = chosen_z(options, made, first.z, (root / fields.front()->files.begin()->second).string());
    for (const auto* field : fields) rows.push_back({field, {field->files.begin()->second}, {}});
    made.table = table_of(found, {""}, rows);
    return made;
  }
  for (std::size_t f = 0; f < all.size(); ++f) {
    const auto z = plane_of_series(all[f], options);
    if (f == 0 && planes)
      made.assumed.push_back("of " + std::to_string(first.z) + " focal planes number " +
                             std::to_string(z + 1) + " is taken");
    const auto& file = fields[f]->files.begin()->second;
    rows.push_back({fields[f], std::vector(made.channels.size(), file), pages_of(all[f], z, root / file)});
  }
  made.table = table_of(found, suffixes_of(made.channels), rows);
  return made;
}

}  // namespace

ManifestTable manifest_of(const FoundScreen& found, const fs::path& root, const InitOptions& options) {
  const bool pages = found.channels == std::vector<std::string>{""};
  return pages ? stacks(found, root, options) : separate_files(found, root, options);
}

}  // namespace cytoscale::discover
