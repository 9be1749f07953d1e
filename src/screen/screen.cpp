#include "screen/screen.hpp"

#include <algorithm>
#include <string_view>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/text/text.hpp"

namespace cytoscale::screen {
namespace {

// Natural order, by plate, then well, then site.
bool before(const Field& a, const Field& b) {
  if (a.plate != b.plate) return natural_less(a.plate, b.plate);
  if (a.well != b.well) return natural_less(a.well, b.well);
  return natural_less(a.site, b.site);
}

// As fs::path::filename() of a path in normal form, which would take it apart.
std::string_view name_in(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

template <typename Run, typename Same>
std::vector<Run> runs(const Screen& screen, Same same, Run (*make)(const Field&, std::size_t)) {
  std::vector<Run> found;
  for (std::size_t i = 0; i < screen.fields.size(); ++i) {
    if (i == 0 || !same(screen.fields[i - 1], screen.fields[i])) found.push_back(make(screen.fields[i], i));
    ++found.back().field_count;
  }
  return found;
}

}  // namespace

std::size_t Screen::column(const std::string& wanted) const {
  return Table{metadata_columns, {}}.column(wanted, "the screen's metadata");
}

std::vector<std::string> Screen::values(const std::string& wanted) const {
  const auto index = column(wanted);
  std::vector<std::string> found;
  found.reserve(fields.size());
  for (const auto& field : fields) found.push_back(field.metadata[index]);
  return found;
}

std::size_t Screen::channel(const std::string& wanted) const {
  const auto it = std::find(channels.begin(), channels.end(), wanted);
  if (it == channels.end()) {
    throw Error("there is no channel '" + wanted + "'", "the screen",
                "Channels present: " + join(channels, ", "));
  }
  return static_cast<std::size_t>(it - channels.begin());
}

// In one pass over the pattern: what is put in is not looked at again, whatever it contains.
std::string Screen::fill(const std::string& pattern, FieldId field) const {
  std::string filled;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto close = pattern[at] == '{' ? pattern.find('}', at) : std::string::npos;
    const auto key = close == std::string::npos ? std::string() : pattern.substr(at + 1, close - at - 1);
    const auto column = std::find_if(metadata_columns.begin(), metadata_columns.end(), [&](const auto& name) {
      return !key.empty() && (name == key || name == "Metadata_" + key);
    });
    if (column == metadata_columns.end()) {
      filled += pattern[at++];
      continue;
    }
    filled += fields[field].metadata[static_cast<std::size_t>(column - metadata_columns.begin())];
    at = close + 1;
  }
  return filled;
}

std::string Screen::name(FieldId field) const {
  const auto& f = fields.at(field);
  return "plate " + f.plate + ", well " + f.well + ", site " + f.site;
}

std::string Screen::fingerprint() const {
  Fingerprint print;
  for (const auto& channel : channels) print.add(channel);
  for (const auto& field : fields) {
    print.add(field.plate).add(field.well).add(field.site);
    // File names without folders: a screen that was moved is the same screen.
    for (const auto& image : field.images) {
      print.add(name_in(image.path.native())).add(static_cast<std::uint64_t>(image.page));
      if (image.choice && image.choice->z != no_z_plane)
        print.add("z").add(static_cast<std::uint64_t>(image.choice->z));
    }
  }
  return print.text();
}

std::string Screen::column_fingerprint(const std::string& wanted) const {
  const auto index = column(wanted);
  Fingerprint print;
  print.add(wanted);
  for (const auto& field : fields) print.add(field.metadata[index]);
  return print.text();
}

std::string Screen::metadata_fingerprint() const {
  Fingerprint print;
  for (const auto& column : metadata_columns) print.add(column_fingerprint(column));
  return print.text();
}

void say_notes(const Screen& screen, Log& log) {
  for (const auto& note : screen.notes) log.note(note);
}

std::vector<std::string> shared_planes(const Screen& screen) {
  std::map<std::pair<std::size_t, std::size_t>, std::pair<std::size_t, FieldId>>
      shared;  // pair to count, first
  for (FieldId f; f < screen.fields.size(); ++f) {
    const auto& images = screen.fields[f].images;
    for (std::size_t b = 1; b < images.size(); ++b)
      for (std::size_t a = 0; a < b; ++a) {
        const std::string_view name = images[a].path.native();
        if (images[a].path != images[b].path || images[a].page != images[b].page ||
            name.ends_with(".ome.tif") || name.ends_with(".ome.tiff"))
          continue;
        ++shared.try_emplace({a, b}, 0, f).first->second.first;
      }
  }
  std::vector<std::string> lines;
  for (const auto& [channels, seen] : shared)
    lines.push_back("channels " + screen.channels[channels.first] + " and " +
                    screen.channels[channels.second] + " are one image in " + count_text(seen.first) +
                    " of " + count_text(screen.fields.size()) + " fields, as " +
                    screen.fields[seen.second].images[channels.first].path.string());
  return lines;
}

void order_fields(Screen& screen) {
  if (!std::is_sorted(screen.fields.begin(), screen.fields.end(), before))
    std::stable_sort(screen.fields.begin(), screen.fields.end(), before);
  for (FieldId i(1); i < screen.fields.size(); ++i) {
    if (!before(screen.fields[i - 1], screen.fields[i])) {
      throw Error("the field occurs twice (" + screen.name(i) + ")", "the manifest",
                  "Give every field of a well its own Metadata_Site, or remove the copy");
    }
  }
}

std::vector<Well> wells_of(const Screen& screen) {
  return runs<Well>(
      screen, [](const Field& a, const Field& b) { return a.plate == b.plate && a.well == b.well; },
      +[](const Field& f, std::size_t i) {
        return Well{f.plate, f.well, i, 0};
      });
}

std::vector<Plate> plates_of(const Screen& screen) {
  return runs<Plate>(
      screen, [](const Field& a, const Field& b) { return a.plate == b.plate; },
      +[](const Field& f, std::size_t i) {
        return Plate{f.plate, i, 0};
      });
}

}  // namespace cytoscale::screen
