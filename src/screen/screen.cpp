#include "screen/screen.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string_view>
#include <tuple>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/text/text.hpp"

namespace cytoscale::screen {
namespace {

// By field: the number that its text has among all of the column's in natural order.
std::vector<std::uint32_t> places_in_order(const TextColumn& column) {
  const auto codes = column.codes();
  std::vector<std::uint32_t> order(codes.texts.size()), place(codes.texts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return natural_less(codes.texts[a], codes.texts[b]); });
  for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::vector<std::uint32_t> places;
  places.reserve(codes.of.size());
  for (const auto code : codes.of) places.push_back(place[code]);
  return places;
}

template <typename Run>
std::vector<Run> runs(const Screen& screen, const std::vector<const TextColumn*>& columns,
                      const std::function<Run(std::size_t)>& make) {
  std::vector<Array<std::uint32_t>> codes;
  for (const auto* column : columns) codes.push_back(column->codes().of);
  const auto same = [&](std::size_t a, std::size_t b) {
    return std::all_of(codes.begin(), codes.end(), [&](const auto& of) { return of[a] == of[b]; });
  };
  std::vector<Run> found;
  for (std::size_t i = 0; i < screen.fields.size(); ++i) {
    if (i == 0 || !same(i - 1, i)) found.push_back(make(i));
    ++found.back().field_count;
  }
  return found;
}

}  // namespace

std::size_t Screen::column(const std::string& wanted) const {
  return Table{metadata_columns, {}}.column(wanted, "the screen's metadata");
}

const TextColumn& Screen::values(const std::string& wanted) const {
  return fields.metadata().column(column(wanted));
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
    filled += fields.metadata().at(field, static_cast<std::size_t>(column - metadata_columns.begin()));
    at = close + 1;
  }
  return filled;
}

std::string Screen::name(FieldId field) const {
  return "plate " + fields.plates()[field] + ", well " + fields.wells()[field] + ", site " +
         fields.sites()[field];
}

std::string Screen::fingerprint() const {
  if (const auto* known = fields.digests()) return known->fields;
  Fingerprint print;
  for (const auto& channel : channels) print.add(channel);
  TextColumn::Cursor plate(fields.plates()), well(fields.wells()), site(fields.sites());
  std::vector<TextColumn::Cursor> names;
  for (const auto& column : fields.images()) names.emplace_back(column.name);
  for (std::size_t f = 0; f < fields.size(); ++f) {
    print.add(plate.next()).add(well.next()).add(site.next());
    // File names without folders: a screen that was moved is the same screen.
    for (std::size_t c = 0; c < names.size(); ++c) {
      const auto& plane = fields.images()[c].plane_of(f);
      print.add(names[c].next()).add(static_cast<std::uint64_t>(plane.page));
      if (plane.choice && plane.choice->z != no_z_plane)
        print.add("z").add(static_cast<std::uint64_t>(plane.choice->z));
    }
  }
  return print.text();
}

std::string Screen::column_fingerprint(const std::string& wanted) const {
  if (const auto* known = fields.digests()) return known->columns.at(column(wanted));
  const auto& texts = values(wanted);
  Fingerprint print;
  print.add(wanted);
  texts.each([&](std::string_view text) { print.add(text); });
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

namespace {

// Fields in which two channels have one plane.
struct Shared {
  std::size_t count = 0, first = 0;
};

bool is_ome(std::string_view name) {
  return name.ends_with(".ome.tif") || name.ends_with(".ome.tiff");
}

Shared shared_of(const ImageColumn& a, const ImageColumn& b) {
  Shared shared;
  TextColumn::Cursor name_a(a.name), name_b(b.name), folder_a(a.folder), folder_b(b.folder);
  for (std::size_t f = 0; f < a.size(); ++f) {
    const auto name = name_a.next();
    const bool same_name = name == name_b.next(), same_folder = folder_a.next() == folder_b.next();
    if (!same_name || !same_folder || is_ome(name) || a.plane_of(f).page != b.plane_of(f).page) continue;
    if (shared.count++ == 0) shared.first = f;
  }
  return shared;
}

}  // namespace

std::vector<std::string> shared_planes(const Screen& screen) {
  const auto& images = screen.fields.images();
  std::vector<std::string> lines;
  for (std::size_t a = 0; a < images.size(); ++a)
    for (std::size_t b = a + 1; b < images.size(); ++b) {
      const auto shared = shared_of(images[a], images[b]);
      if (shared.count == 0) continue;
      lines.push_back("channels " + screen.channels[a] + " and " + screen.channels[b] + " are one image in " +
                      count_text(shared.count) + " of " + count_text(screen.fields.size()) + " fields, as " +
                      images[a][shared.first].path.string());
    }
  return lines;
}

std::vector<std::string> order_fields(Screen& screen) {
  auto& fields = screen.fields;
  const auto plate = places_in_order(fields.plates()), well = places_in_order(fields.wells()),
             site = places_in_order(fields.sites());
  const auto key = [&](std::size_t f) { return std::tuple(plate[f], well[f], site[f]); };
  std::vector<std::size_t> order(fields.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [&](std::size_t a, std::size_t b) { return key(a) < key(b); };
  const bool sorted = std::is_sorted(order.begin(), order.end(), before);
  if (!sorted) std::stable_sort(order.begin(), order.end(), before);
  std::vector<std::size_t> kept, again;
  for (const auto f : order) (kept.empty() || key(kept.back()) != key(f) ? kept : again).push_back(f);
  std::sort(again.begin(), again.end());
  std::vector<std::string> names;
  for (const auto f : again) names.push_back(screen.name(FieldId(f)));
  if (!sorted || !again.empty()) fields.pick(kept);
  return names;
}

std::vector<Well> wells_of(const Screen& screen) {
  const auto &plates = screen.fields.plates(), &wells = screen.fields.wells();
  return runs<Well>(screen, {&plates, &wells}, [&](std::size_t f) {
    return Well{plates[f], wells[f], f, 0};
  });
}

std::vector<Plate> plates_of(const Screen& screen) {
  const auto& plates = screen.fields.plates();
  return runs<Plate>(screen, {&plates}, [&](std::size_t f) { return Plate{plates[f], f, 0}; });
}

}  // namespace cytoscale::screen
