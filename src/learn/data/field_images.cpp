#include "learn/data/field_images.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/text/text.hpp"
#include "image/field_image.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/training_plan.hpp"
#include "mpi/agree.hpp"
#include "store/cell_table.hpp"
#include "store/illumination_file.hpp"

namespace cytoscale::learn {
namespace {

using Correction = std::shared_ptr<const image::Illumination>;

// One field on its way: an image, or why there is none.
struct Decoded {
  std::size_t field = 0;
  std::optional<image::PackedField> image;
  std::string file, reason;
};

Decoded decode(const screen::Screen& screen, std::size_t field, const Correction& correction) {
  Decoded decoded;
  decoded.field = field;
  try {
    auto loaded = image::read_field(screen.fields[field].images);
    if (correction) image::correct(loaded.image, *correction);
    decoded.image = image::pack_field(loaded.image);
  } catch (const Error& error) {
    decoded.file = error.where();
    decoded.reason = error.problem();
  } catch (const std::bad_alloc&) {
    decoded.reason = "not enough memory";
  }
  return decoded;
}

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

std::vector<std::byte> pack_bytes(const Decoded& decoded) {
  std::vector<std::byte> bytes;
  const int sizes[5] = {decoded.image ? decoded.image->channels : 0,
                        decoded.image ? decoded.image->height : 0, decoded.image ? decoded.image->width : 0,
                        static_cast<int>(decoded.file.size()), static_cast<int>(decoded.reason.size())};
  put(bytes, sizes, 5);
  put(bytes, decoded.file.data(), decoded.file.size());
  put(bytes, decoded.reason.data(), decoded.reason.size());
  if (decoded.image) {
    put(bytes, decoded.image->offset.data(), decoded.image->offset.size());
    put(bytes, decoded.image->scale.data(), decoded.image->scale.size());
    put(bytes, decoded.image->pixels.data(), decoded.image->pixels.size());
  }
  return bytes;
}

Decoded unpack_bytes(std::size_t field, const std::vector<std::byte>& bytes) {
  Decoded decoded;
  decoded.field = field;
  int sizes[5];
  const auto* at = get(bytes.data(), sizes, 5);
  decoded.file.resize(static_cast<std::size_t>(sizes[3]));
  decoded.reason.resize(static_cast<std::size_t>(sizes[4]));
  at = get(at, decoded.file.data(), decoded.file.size());
  at = get(at, decoded.reason.data(), decoded.reason.size());
  if (sizes[0] == 0) return decoded;
  image::PackedField image{sizes[0], sizes[1], sizes[2], {}, {}, {}};
  const auto channels = static_cast<std::size_t>(sizes[0]);
  image.offset.resize(channels);
  image.scale.resize(channels);
  image.pixels.resize(channels * static_cast<std::size_t>(sizes[1]) * static_cast<std::size_t>(sizes[2]));
  at = get(at, image.offset.data(), channels);
  at = get(at, image.scale.data(), channels);
  get(at, image.pixels.data(), image.pixels.size());
  decoded.image = std::move(image);
  return decoded;
}

// This rank's fields of one round, decoded at once on a thread each.
std::vector<Decoded> decode_some(const screen::Screen& screen, const std::vector<std::size_t>& fields,
                                 store::PlateIllumination& corrections) {
  std::vector<Correction> correction;
  for (const auto field : fields) correction.push_back(corrections.of(screen.fields[field].plate));
  std::vector<Decoded> decoded(fields.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < fields.size(); ++i)
    threads.emplace_back([&, i] { decoded[i] = decode(screen, fields[i], correction[i]); });
  if (!fields.empty()) decoded[0] = decode(screen, fields[0], correction[0]);
  return decoded;
}

}  // namespace

void FieldImages::cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
                      std::span<float> out) const {
  cut_crop(at(cell.field), cell.y, cell.x, warp, size, out);
}

FieldLoad load_fields(const mpi::Communicator& comm, const screen::Screen& screen,
                      const std::vector<std::size_t>& fields, const std::filesystem::path& illumination,
                      int threads, const Clock& clock) {
  std::optional<store::PlateIllumination> corrections;
  mpi::together(comm, [&] { corrections.emplace(illumination, screen); });
  Progress progress("reading training images", "fields", fields.size(), clock, comm.root());
  FieldLoad load;
  const auto per_rank = static_cast<std::size_t>(std::max(1, threads));
  const auto ranks = static_cast<std::size_t>(comm.size());
  for (std::size_t start = 0; start < fields.size(); start += per_rank * ranks) {
    const auto owner_of = [&](std::size_t i) { return static_cast<int>((i - start) / per_rank); };
    const auto end = std::min(fields.size(), start + per_rank * ranks);
    std::vector<std::size_t> mine;
    for (std::size_t i = start; i < end; ++i)
      if (owner_of(i) == comm.rank()) mine.push_back(fields[i]);
    std::vector<Decoded> decoded;
    mpi::together(comm, [&] { decoded = decode_some(screen, mine, *corrections); });
    for (std::size_t i = start, next = 0; i < end; ++i) {
      const bool here = owner_of(i) == comm.rank();
      Decoded field = here ? std::move(decoded[next++]) : Decoded{};
      if (comm.size() > 1) {
        std::vector<std::byte> bytes = here ? pack_bytes(field) : std::vector<std::byte>{};
        comm.broadcast(bytes, owner_of(i));
        if (!here) field = unpack_bytes(fields[i], bytes);
      }
      if (field.image)
        load.images.insert(fields[i], std::move(*field.image));
      else
        load.failures.push_back({fields[i], field.file, field.reason});
    }
    progress.update(end);
  }
  progress.finish();
  return load;
}

double image_memory_bytes(const screen::Screen& screen, const store::CellTable& cells,
                          const std::vector<std::size_t>& fields) {
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
