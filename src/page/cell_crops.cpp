#include "page/cell_crops.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "core/random.hpp"
#include "core/text/text.hpp"
#include "core/threads/in_order.hpp"
#include "image/crop/crop.hpp"
#include "image/field_image.hpp"
#include "image/io/jpeg.hpp"
#include "prepare/segment_screen.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/crop_store.hpp"

namespace cytoscale::page {
namespace {

constexpr double field_patience_s = 60;

struct Chosen {
  std::string treatment;
  FieldId field;
  std::vector<std::int64_t> cells;
};

// Of a field, those whose window lies inside it; all, where there is none.
std::vector<std::int64_t> whole_cells(const store::CellTable& cells, FieldId field, int crop_px) {
  std::vector<std::int64_t> inside, all;
  const float room = static_cast<float>(crop_px) / 2;
  const auto y = cells.of_field(cells.y, field), x = cells.of_field(cells.x, field);
  for (std::size_t i = 0; i < y.size(); ++i) {
    all.push_back(cells.first_cell[field] + static_cast<std::int64_t>(i));
    if (y[i] >= room && x[i] >= room && y[i] + room <= static_cast<float>(cells.height[field]) &&
        x[i] + room <= static_cast<float>(cells.width[field]))
      inside.push_back(all.back());
  }
  return inside.empty() ? all : inside;
}

std::vector<Chosen> choose(const Results& results, const std::vector<std::string>& treatments, int crop_px,
                           std::size_t count, std::uint64_t seed) {
  const auto& cells = results.cells.get();
  const auto labels =
      screen::treatment_labels(results.fields.get(), results.wells.get().roles, "the fields of cells.h5");
  std::map<std::string, std::vector<FieldId>> fields;
  for (std::size_t f = 0; f < labels.size(); ++f)
    if (!cells.failed[f] && cells.cells_of(FieldId(f)) > 0) fields[labels[f]].emplace_back(f);
  std::vector<Chosen> chosen;
  for (const auto& treatment : treatments) {
    const auto at = fields.find(treatment);
    if (at == fields.end()) continue;
    Random random(seed, {stream_key("cells of the report"), stream_key(treatment)});
    auto full = at->second;
    std::erase_if(full, [&](FieldId f) { return cells.cells_of(f) < 2 * static_cast<std::int64_t>(count); });
    const auto& among = full.empty() ? at->second : full;
    Chosen one{treatment, among[random.below(among.size())], {}};
    auto pool = whole_cells(cells, one.field, crop_px);
    for (std::size_t k = 0; k < std::min(count, pool.size()); ++k) {
      std::swap(pool[k], pool[k + random.below(pool.size() - k)]);
      one.cells.push_back(pool[k]);
    }
    chosen.push_back(std::move(one));
  }
  return chosen;
}

using Window = std::vector<float>;  // [C][crop][crop]

std::vector<Window> from_store(const store::CropStore& store, const Chosen& chosen, int crop_px) {
  const auto side = static_cast<std::size_t>(store.window_px()), channels = store.channels(),
             crop = static_cast<std::size_t>(crop_px), margin = (side - crop) / 2;
  std::vector<std::byte> codes(store.window_bytes());
  std::vector<float> scaling(2 * channels);
  std::vector<Window> windows;
  for (const auto cell : chosen.cells) {
    store.read(CellId(cell), codes, scaling);
    auto& window = windows.emplace_back(channels * crop * crop);
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t y = 0; y < crop; ++y)
        for (std::size_t x = 0; x < crop; ++x) {
          const auto at = (c * side + y + margin) * side + x + margin;
          std::uint16_t code = 0;
          if (store.bits() == 8)
            code = static_cast<std::uint8_t>(codes[at]);
          else
            std::memcpy(&code, codes.data() + 2 * at, 2);
          const float value = scaling[2 * c] + scaling[2 * c + 1] * static_cast<float>(code);
          window[(c * crop + y) * crop + x] = std::isfinite(value) ? value : 0;
        }
  }
  return windows;
}

// All windows of what was chosen, in its order; none of a field that cannot be read.
std::vector<std::vector<Window>> from_images(const Results& results, const std::vector<Chosen>& chosen,
                                             int crop_px, int threads) {
  const auto& screen = results.screen.get();
  const auto& cells = results.cells.get();
  const auto file = results.output / "illumination.h5";
  std::map<std::string, std::shared_ptr<const image::Illumination>> gains;
  store::PlateIllumination illumination(std::filesystem::exists(file) ? file : std::filesystem::path(),
                                        screen);
  std::vector<std::function<std::vector<Window>(Claim&)>> tasks;
  for (const auto& one : chosen) {
    const auto field = screen.fields[one.field];
    if (!gains.contains(field.plate)) gains[field.plate] = illumination.of(field.plate);
    std::vector<std::pair<float, float>> centers;
    for (const auto cell : one.cells)
      centers.emplace_back(cells.y.read(cell, 1).front(), cells.x.read(cell, 1).front());
    // By value: a task that is given up may outlive what it was made from.
    tasks.emplace_back([images = field.images, gain = gains[field.plate], centers, crop_px](Claim& claim) {
      std::vector<Window> windows;
      try {
        auto picture = image::read_field(images);
        if (!claim.keep()) return windows;
        if (gain) image::correct(picture, *gain);
        for (const auto& [y, x] : centers) {
          auto& window = windows.emplace_back(picture.channels * image::PictureSize(crop_px).pixels());
          image::extract_crop(picture, y, x, crop_px, window);
        }
      } catch (const Error&) {
        windows.clear();  // as good as a field that could not be read: its treatment has no picture
      }
      return windows;
    });
  }
  const auto read =
      in_order<std::vector<Window>>(tasks.size(), threads, field_patience_s, 3,
                                    [tasks](std::size_t i, Claim& claim) { return tasks[i](claim); });
  std::vector<std::vector<Window>> windows;
  for (const auto& one : read) windows.push_back(one.value_or(std::vector<Window>{}));
  return windows;
}

// [C][crop][crop] made smaller, by the mean of squares where a pixel has room for several.
Window shrunk(const Window& window, std::size_t channels, std::size_t crop, std::size_t side) {
  if (crop == side) return window;
  Window small(channels * side * side);
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t y = 0; y < side; ++y)
      for (std::size_t x = 0; x < side; ++x) {
        const std::size_t top = y * crop / side, left = x * crop / side;
        const std::size_t bottom = std::max(top + 1, (y + 1) * crop / side),
                          right = std::max(left + 1, (x + 1) * crop / side);
        float sum = 0;
        for (std::size_t v = top; v < bottom; ++v)
          for (std::size_t u = left; u < right; ++u) sum += window[(c * crop + v) * crop + u];
        small[(c * side + y) * side + x] = sum / static_cast<float>((bottom - top) * (right - left));
      }
  return small;
}

std::string strip(const std::vector<Window>& windows, const std::vector<image::Stretch>& stretches,
                  const ChannelColors& colors, std::size_t cells, std::size_t side) {
  const auto plane = side * side;
  std::vector<std::uint8_t> pixels(3 * cells * plane, 255);
  for (std::size_t k = 0; k < windows.size(); ++k) {
    std::vector<float> shown;
    std::vector<image::Stretch> of_shown;
    for (const auto c : colors.channels) {
      shown.insert(shown.end(), windows[k].begin() + static_cast<std::ptrdiff_t>(c * plane),
                   windows[k].begin() + static_cast<std::ptrdiff_t>((c + 1) * plane));
      of_shown.push_back(stretches[c]);
    }
    const auto rgb = image::in_colors(shown, of_shown, colors.colors);
    for (std::size_t y = 0; y < side; ++y)
      std::copy_n(rgb.begin() + static_cast<std::ptrdiff_t>(3 * y * side), 3 * (side - 1),
                  pixels.begin() + static_cast<std::ptrdiff_t>(3 * (y * cells * side + k * side)));
  }
  return image::jpeg_of(static_cast<int>(side), static_cast<int>(cells * side), 3, pixels, 78);
}

}  // namespace

ChannelColors channel_colors(const std::vector<std::string>& channels, std::size_t nuclei) {
  if (channels.size() == 1) return {{0}, {{255, 255, 255}}, channels[0] + " white"};
  constexpr std::pair<image::Color, const char*> colors[] = {
      {{70, 120, 255}, "blue"}, {{255, 200, 0}, "yellow"}, {{255, 0, 170}, "magenta"}};
  std::vector<std::size_t> order = {nuclei};
  for (std::size_t c = 0; c < channels.size(); ++c)
    if (c != nuclei) order.push_back(c);
  ChannelColors shown;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, order.size()); ++i) {
    shown.channels.push_back(order[i]);
    shown.colors.push_back(colors[i].first);
    shown.legend += (i ? ", " : "") + channels[order[i]] + " " + colors[i].second;
  }
  return shown;
}

CellStrips example_cells(const Results& results, const std::vector<std::string>& treatments,
                         std::uint64_t seed, int threads) {
  const auto& cells = results.cells.get();
  CellStrips strips;
  strips.crop_px = static_cast<int>(to_number(results.option("embed", "crop-size", "64")).value_or(64));
  if (strips.crop_px < 8 || strips.crop_px > 2000) strips.crop_px = 64;
  std::optional<store::CropStore> store;
  if (std::filesystem::exists(results.output / "crops.h5")) {
    store.emplace(results.output / "crops.h5");
    if (store->cells() != cells.cells())
      throw Error("crops.h5 is of other cells than cells.h5", results.output.string(), "Run crop again");
    strips.crop_px = std::min(strips.crop_px, store->window_px());
  } else {
    results.screen.get();  // throws where there are no images either
  }
  const auto many = treatments.size();
  strips.cells = many <= 120 ? 4 : many <= 250 ? 3 : 2;
  strips.side = std::min(strips.crop_px, many <= 120 ? 64 : 48);
  const auto chosen =
      choose(results, treatments, strips.crop_px, static_cast<std::size_t>(strips.cells), seed);
  std::vector<std::vector<Window>> windows;
  if (store)
    for (const auto& one : chosen) windows.push_back(from_store(*store, one, strips.crop_px));
  else
    windows = from_images(results, chosen, strips.crop_px, threads);
  const auto channels = cells.channels.size(), side = static_cast<std::size_t>(strips.side);
  std::vector<std::vector<float>> values(channels);
  for (auto& of_one : windows)
    for (auto& window : of_one) {
      window = shrunk(window, channels, static_cast<std::size_t>(strips.crop_px), side);
      for (std::size_t c = 0; c < channels; ++c)
        values[c].insert(values[c].end(), window.begin() + static_cast<std::ptrdiff_t>(c * side * side),
                         window.begin() + static_cast<std::ptrdiff_t>((c + 1) * side * side));
    }
  if (channels == 0 || values[0].empty()) throw Error("no example cell can be read");
  std::vector<image::Stretch> stretches;
  for (const auto& of_channel : values) stretches.push_back(image::stretch_of(of_channel));
  screen::Screen named;
  named.channels = cells.channels;
  const auto colors = channel_colors(
      cells.channels, prepare::dna_channel(named, results.option("segment", "dna-channel", "")));
  strips.legend = colors.legend;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (!windows[i].empty())
      strips.jpegs[chosen[i].treatment] =
          strip(windows[i], stretches, colors, static_cast<std::size_t>(strips.cells), side);
  return strips;
}

}  // namespace cytoscale::page
