#include "learn/data/field_images.hpp"

#include <cstring>
#include <memory>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/training_plan.hpp"
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

std::vector<std::byte> pack_bytes(const image::PackedField& image) {
  std::vector<std::byte> bytes;
  const int sizes[3] = {image.channels, image.height, image.width};
  put(bytes, sizes, 3);
  put(bytes, image.offset.data(), image.offset.size());
  put(bytes, image.scale.data(), image.scale.size());
  put(bytes, image.pixels.data(), image.pixels.size());
  return bytes;
}

image::PackedField unpack_bytes(const std::vector<std::byte>& bytes) {
  int sizes[3];
  const auto* at = get(bytes.data(), sizes, 3);
  image::PackedField image{sizes[0], sizes[1], sizes[2], {}, {}, {}};
  const auto channels = static_cast<std::size_t>(sizes[0]);
  image.offset.resize(channels);
  image.scale.resize(channels);
  image.pixels.resize(channels * static_cast<std::size_t>(sizes[1]) * static_cast<std::size_t>(sizes[2]));
  at = get(at, image.offset.data(), channels);
  at = get(at, image.scale.data(), channels);
  get(at, image.pixels.data(), image.pixels.size());
  return image;
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
void share(const mpi::Communicator& comm, const std::vector<FieldId>& fields, FieldImages& images) {
  if (comm.size() == 1) return;
  const auto owner = owners(comm, fields, images);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (owner[i] < 0) continue;
    const bool here = owner[i] == comm.rank();
    std::vector<std::byte> bytes = here ? pack_bytes(images.at(fields[i])) : std::vector<std::byte>{};
    comm.broadcast(bytes, static_cast<int>(owner[i]));
    if (!here) images.insert(fields[i], unpack_bytes(bytes));
  }
}

}  // namespace

void FieldImages::cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
                      std::span<float> out) const {
  cut_crop(at(FieldId(cell.field)), cell.y, cell.x, warp, size, out);
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
  return place;
}

FieldLoad load_fields(const mpi::RunContext& context, const screen::Screen& screen,
                      const store::CellTable& cells, const std::vector<FieldId>& fields,
                      const std::filesystem::path& illumination, const prepare::FieldPassOptions& options) {
  prepare::FieldPass pass(context, screen, options, illumination);
  const prepare::FieldReader reader(screen, cells);
  const std::set<FieldId> wanted(fields.begin(), fields.end());
  FieldLoad load;
  prepare::FieldWork work;
  work.name = "reading training images";
  work.unit = "fields";
  work.units = [&](FieldId field) { return wanted.contains(field) ? 1.0 : 0.0; };
  work.by_plate = false;
  work.bytes = [&](FieldId field) { return reader.bytes(field) / 2; };
  work.prepare = [&](FieldId field, const prepare::Gain& gain, Claim& claim) -> prepare::Finish {
    const auto image = reader.read_corrected(field, gain.get(), claim);
    if (!image) return {};
    auto packed = std::make_shared<image::PackedField>(image::pack_field(*image));
    return [&load, field, packed](const prepare::Tick&) { load.images.insert(field, std::move(*packed)); };
  };
  store::NoLedger ledger;
  load.failures = pass.run(ledger, work).failures;
  share(context.comm, fields, load.images);
  return load;
}

double image_memory_bytes(const screen::Screen& screen, const store::CellTable& cells,
                          const std::vector<FieldId>& fields) {
  double bytes = 0;
  for (const auto field : fields)
    bytes += 2.0 * static_cast<double>(screen.channels.size()) * cells.height[field] * cells.width[field];
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
