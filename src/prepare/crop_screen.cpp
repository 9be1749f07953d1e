#include "prepare/crop_screen.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_reader.hpp"
#include "prepare/fill_rows.hpp"

namespace cytoscale::prepare {
namespace {

// One channel of one cell, the cell-th of its field.
struct Source {
  const image::PackedField& image;
  const image::CellLabels& labels;
  std::size_t cell;
  const image::WindowPlace& place;
  std::size_t channel;
  int window_px;

  std::uint16_t code_of_zero() const { return image::code_of_zero(image, channel); }
  bool leaves_field() const { return place.height < window_px || place.width < window_px; }
  // Calls use(first code of a row, where the row goes in the window) for the rows inside the field.
  template <typename Use>
  void rows(const Use& use) const {
    const auto width = static_cast<std::size_t>(image.width);
    for (long row = place.top; row < place.top + place.height; ++row) {
      const auto at =
          (channel * static_cast<std::size_t>(image.height) + static_cast<std::size_t>(row)) * width +
          static_cast<std::size_t>(place.left);
      use(image.pixels.data() + at,
          static_cast<std::size_t>((row - place.window_top) * window_px + place.left - place.window_left));
    }
  }
};

// out: the code of 0 where the window leaves the field, and in place of neighbors.
void copy_codes(const Source& source, std::uint16_t* out) {
  const auto size = static_cast<std::size_t>(source.window_px) * static_cast<std::size_t>(source.window_px);
  if (source.leaves_field()) std::fill_n(out, size, source.code_of_zero());
  source.rows(
      [&](const std::uint16_t* from, std::size_t at) { std::copy_n(from, source.place.width, out + at); });
  const auto side = static_cast<std::size_t>(source.window_px);
  image::visit_neighbors(
      source.labels, source.cell, source.place.window_top, source.place.window_left, source.window_px,
      [&, zero = source.code_of_zero()](std::size_t y, std::size_t x) { out[y * side + x] = zero; });
}

// `codes`: 16-bit codes of the window. Returns offset and scale of the 8-bit ones.
std::pair<float, float> narrow(const Source& source, const std::vector<std::uint16_t>& codes,
                               std::uint8_t* out) {
  const auto [low, high] = std::minmax_element(codes.begin(), codes.end());
  const float offset = source.image.offset[source.channel], scale = source.image.scale[source.channel];
  const float step = *high > *low ? static_cast<float>(*high - *low) / 255.0f : 1.0f;
  for (const auto code : codes) {
    *out++ = static_cast<std::uint8_t>(static_cast<float>(code - *low) / step + 0.5f);
  }
  return {offset + scale * static_cast<float>(*low), scale * step};
}

}  // namespace

void CropScreenOptions::validate() const {
  pass.validate();
  if (bits != 8 && bits != 16) throw Error("a pixel has 8 or 16 bits", "--crop-bits", "Give 8 or 16");
  masks_to_read(neighbors, masks);
  if (window_px < 1 || window_px > 4096)
    throw Error("a window of " + std::to_string(window_px) + " px is no use", "--store-size",
                "Give 1 to 4096 px");
}

store::CellWindows cut_windows(const image::PackedField& image, const store::CellTable& cells, FieldId field,
                               int window_px, int bits, const image::CellLabels& labels) {
  const auto count = static_cast<std::size_t>(cells.cells_of(field));
  const auto y = cells.of_field(cells.y, field), x = cells.of_field(cells.x, field);
  const auto channels = static_cast<std::size_t>(image.channels);
  const auto area = static_cast<std::size_t>(window_px) * static_cast<std::size_t>(window_px);
  store::CellWindows windows;
  if (bits == 8)
    windows.codes8.resize(count * channels * area);
  else
    windows.codes16.resize(count * channels * area);
  std::vector<std::uint16_t> wide(bits == 8 ? area : 0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = image::place_window(y[i], x[i], window_px, image.height, image.width);
    for (std::size_t c = 0; c < channels; ++c) {
      const Source source{image, labels, i, place, c, window_px};
      const auto at = (i * channels + c) * area;
      if (bits == 16) {
        copy_codes(source, windows.codes16.data() + at);
        windows.scaling.push_back(image.offset[c]);
        windows.scaling.push_back(image.scale[c]);
      } else {
        copy_codes(source, wide.data());
        const auto [offset, scale] = narrow(source, wide, windows.codes8.data() + at);
        windows.scaling.push_back(offset);
        windows.scaling.push_back(scale);
      }
    }
  }
  return windows;
}

std::string crop_plan_text(const store::CellTable& cells, std::size_t channels,
                           const CropScreenOptions& options) {
  return count_text(static_cast<std::uint64_t>(cells.cells())) + " cells, windows of " +
         std::to_string(options.window_px) + " px, " +
         bytes_text(store::crop_store_bytes(cells.cells(), channels, options.window_px, options.bits));
}

FieldPassResult crop_screen(const mpi::RunContext& context, const screen::Screen& screen,
                            const store::CellTable& cells, const CropScreenOptions& options,
                            const FieldFiles& files, const nlohmann::json& provenance) {
  mpi::together(context.comm, [&] { options.validate(); });
  FieldPass pass(context, screen, options.pass, files.illumination);
  const FieldReader reader(screen, cells, masks_to_read(options.neighbors, options.masks));
  store::CropStoreWriter writer(context.comm, files.output, screen, cells,
                                {options.window_px, options.bits, provenance, options.overwrite});
  FieldWork work;
  work.name = "crop";
  work.units = [&](FieldId field) { return static_cast<double>(cells.cells_of(field)); };
  work.bytes = [&](FieldId field) {
    return static_cast<std::size_t>(store::crop_store_bytes(cells.cells_of(field), screen.channels.size(),
                                                            options.window_px, options.bits));
  };
  work.prepare = [&](FieldId field, const Gain& gain, Claim& claim) -> Finish {
    image::CellLabels labels;
    const auto image = reader.read_corrected(field, gain.get(), claim, &labels);
    if (!image) return {};
    auto windows =
        cut_windows(image::pack_field(*image), cells, field, options.window_px, options.bits, labels);
    return [&writer, field, windows = std::move(windows)](const Tick&) { writer.write(field, windows); };
  };
  return fill_rows(context, screen, cells, pass, writer, work,
                   {files.failures, "crop", options.pass.max_failed_fields, 0});
}

}  // namespace cytoscale::prepare
