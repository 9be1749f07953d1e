#include "learn/data/field_images.hpp"

#include <cstring>
#include <memory>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/training_plan.hpp"
#include "learn/data/window_codes.hpp"
#include "prepare/field_reader.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::learn {
namespace {

template <typename T>
void put(std::vector<std::byte>& bytes, const T* values, std::size_t count) {
  const auto at = bytes.size();
  bytes.resize(at + count * sizeof(T));
  if (count > 0) std::memcpy(bytes.data() + at, values, count * sizeof(T));
}

template <typename T>
const std::byte* get(const std::byte* from, T* values, std::size_t count) {
  if (count > 0) std::memcpy(values, from, count * sizeof(T));
  return from + count * sizeof(T);
}

std::vector<std::byte> pack_bytes(const image::PackedField& image, const image::CellLabels& labels) {
  std::vector<std::byte> bytes;
  const int sizes[3] = {image.channels, image.height, image.width};
  put(bytes, sizes, 3);
  put(bytes, image.offset.data(), image.offset.size());
  put(bytes, image.scale.data(), image.scale.size());
  put(bytes, image.pixels.data(), image.pixels.size());
  const std::size_t cells[2] = {labels.labels.size(), labels.of_cell.size()};
  put(bytes, cells, 2);
  put(bytes, labels.labels.data(), cells[0]);
  put(bytes, labels.of_cell.data(), cells[1]);
  return bytes;
}

std::pair<image::PackedField, image::CellLabels> unpack_bytes(const std::vector<std::byte>& bytes) {
  int sizes[3];
  const auto* at = get(bytes.data(), sizes, 3);
  image::PackedField image{sizes[0], sizes[1], sizes[2], {}, {}, {}};
  const auto channels = static_cast<std::size_t>(sizes[0]);
  image.offset.resize(channels);
  image.scale.resize(channels);
  image.pixels.resize(channels * static_cast<std::size_t>(sizes[1]) * static_cast<std::size_t>(sizes[2]));
  at = get(at, image.offset.data(), channels);
  at = get(at, image.scale.data(), channels);
  at = get(at, image.pixels.data(), image.pixels.size());
  std::size_t cells[2];
  at = get(at, cells, 2);
  image::CellLabels labels{sizes[1], sizes[2], {}, {}};
  labels.labels.resize(cells[0]);
  labels.of_cell.resize(cells[1]);
  at = get(at, labels.labels.data(), cells[0]);
  get(at, labels.of_cell.data(), cells[1]);
  return {std::move(image), std::move(labels)};
}

// The rank that has read each field; -1: none could.
std::vector<std::int64_t> owners(const mpi::Communicator& comm, const std::vector<FieldId>& fields,
                                 const FieldImages& images) {
  std::vector<std::int64_t> owner;
  for (const auto field : fields) owner.push_back(images.contains(field) ? comm.rank() : -1);
  comm.all_reduce(std::span(owner), mpi::Reduction::max);
  return owner;
}

// Each field from the rank that has it to all others.
void share(const mpi::Communicator& comm, const std::vector<FieldId>& fields, const store::CellTable& cells,
           FieldImages& images) {
  if (comm.size() == 1) return;
  const auto owner = owners(comm, fields, images);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (owner[i] < 0) continue;
    const bool here = owner[i] == comm.rank();
    std::vector<std::byte> bytes;
    if (here) bytes = pack_bytes(images.at(fields[i]), images.labels(fields[i]));
    comm.broadcast(bytes, static_cast<int>(owner[i]));
    if (here) continue;
    auto [image, labels] = unpack_bytes(bytes);
    images.insert(fields[i], std::move(image), std::move(labels), CellId(cells.first_cell[fields[i]]));
  }
}

}  // namespace

void FieldImages::insert(FieldId field, image::PackedField image, image::CellLabels labels,
                         CellId first_cell) {
  images_[field] = std::move(image);
  if (!labels.empty()) labels_[field] = {std::move(labels), first_cell};
}

const image::CellLabels& FieldImages::labels(FieldId field) const {
  static const image::CellLabels none;
  const auto found = labels_.find(field);
  return found == labels_.end() ? none : found->second.cells;
}

void FieldImages::cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
                      std::span<float> out) const {
  const auto& field = at(FieldId(cell.field));
  if (!labels_.contains(cell.field)) return cut_crop(field, cell.y, cell.x, warp, size, out);
  thread_local WindowMemory memory;
  const int side = window_for_warp(size, warp);
  const auto channels = static_cast<std::size_t>(field.channels);
  memory.codes.resize(channels * image::PictureSize(side).pixels() * sizeof(std::uint16_t));
  memory.scaling.resize(2 * channels);
  const auto place = window(cell, side, memory.codes, memory.scaling);
  cut_from_window<std::uint16_t>(memory, side, place, cell.y, cell.x, warp, size, out);
}

image::WindowPlace FieldImages::window(const TrainingCell& cell, int side, std::span<std::byte> codes,
                                       std::span<float> scaling) const {
  const auto& field = at(FieldId(cell.field));
  const auto place = image::place_window(cell.y, cell.x, side, field.height, field.width);
  const auto size = static_cast<std::size_t>(side), row_bytes = static_cast<std::size_t>(place.width) * 2;
  for (std::size_t c = 0; c < field.offset.size(); ++c) {
    scaling[2 * c] = field.offset[c];
    scaling[2 * c + 1] = field.scale[c];
    for (long row = 0; row < place.height; ++row) {
      const auto from =
          (c * static_cast<std::size_t>(field.height) + static_cast<std::size_t>(place.top + row)) *
              static_cast<std::size_t>(field.width) +
          static_cast<std::size_t>(place.left);
      const auto to = (c * size + static_cast<std::size_t>(place.top - place.window_top + row)) * size +
                      static_cast<std::size_t>(place.left - place.window_left);
      std::memcpy(codes.data() + 2 * to, field.pixels.data() + from, row_bytes);
    }
  }
  const auto labels = labels_.find(cell.field);
  if (labels == labels_.end()) return place;
  const auto own = static_cast<std::size_t>(cell.row - labels->second.first_cell);
  auto* values = reinterpret_cast<std::uint16_t*>(codes.data());
  for (std::size_t c = 0; c < field.offset.size(); ++c)
    image::visit_neighbors(labels->second.cells, own, place.window_top, place.window_left, side,
                           [&, plane = values + c * size * size, zero = image::code_of_zero(field, c)](
                               std::size_t y, std::size_t x) { plane[y * size + x] = zero; });
  return place;
}

FieldLoad load_fields(const mpi::RunContext& context, const screen::Screen& screen,
                      const store::CellTable& cells, const std::vector<FieldId>& fields,
                      const std::filesystem::path& illumination, const prepare::FieldPassOptions& options,
                      const std::string& masks) {
  prepare::FieldPass pass(context, screen, options, illumination);
  const prepare::FieldReader reader(screen, cells, masks);
  const std::set<FieldId> wanted(fields.begin(), fields.end());
  FieldLoad load;
  prepare::FieldWork work;
  work.name = "reading training images";
  work.unit = "fields";
  work.units = [&](FieldId field) { return wanted.contains(field) ? 1.0 : 0.0; };
  work.by_plate = false;
  work.bytes = [&](FieldId field) { return reader.bytes(field) / (masks.empty() ? 2 : 1); };
  work.prepare = [&](FieldId field, const prepare::Gain& gain, Claim& claim) -> prepare::Finish {
    auto labels = std::make_shared<image::CellLabels>();
    const auto image = reader.read_corrected(field, gain.get(), claim, labels.get());
    if (!image) return {};
    auto packed = std::make_shared<image::PackedField>(image::pack_field(*image));
    return [&, field, packed, labels](const prepare::Tick&) {
      load.images.insert(field, std::move(*packed), std::move(*labels), CellId(cells.first_cell[field]));
    };
  };
  store::NoLedger ledger;
  load.failures = pass.run(ledger, work).failures;
  share(context.comm, fields, cells, load.images);
  return load;
}

double image_memory_bytes(const screen::Screen& screen, const store::CellTable& cells,
                          const std::vector<FieldId>& fields, bool labels) {
  const double pixel =
      2.0 * static_cast<double>(screen.channels.size()) + (labels ? sizeof(std::int32_t) : 0);
  double bytes = 0;
  for (const auto field : fields) bytes += pixel * cells.height[field] * cells.width[field];
  return bytes;
}

void check_image_memory(double bytes, double limit_gib) {
  if (bytes <= limit_gib * 1073741824.0) return;
  throw Error("the training images take " + bytes_text(bytes) + " on each rank, more than the " +
                  number_text(limit_gib) + " GiB allowed",
              "option --image-memory",
              "Write the cells' pixels to disk once with the job crop (run: --crop-store true), allow more, "
              "take fewer "
              "fields with --train-select or --plates, or start fewer ranks on a node");
}

}  // namespace cytoscale::learn
