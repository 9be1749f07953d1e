// What the programs that measure work on fields share: their options, and the fields. Stages and limits run
// on the threads asked for, field by field.
#pragma once
#include <cstring>
#include <filesystem>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "bench.hpp"
#include "core/threads/worker_pool.hpp"
#include "image/field_image.hpp"
#include "screen/manifest.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::bench {

struct FieldBench {
  screen::ManifestOptions manifest;
  int fields = 12, threads = 1, rounds = 5;

  void declare(cli::OptionSet& options) {
    settings::declare_manifest(options, manifest);
    options.add("fields", fields, "the first of the screen");
    options.add("threads", threads, "");
    options.add("rounds", rounds, "");
  }
  // With no more fields than asked for.
  screen::Screen screen() const {
    auto screen = screen::read_manifest(manifest);
    if (fields < 1 || threads < 1 || rounds < 1)
      throw Error("is not above 0", "--fields, --threads or --rounds");
    std::vector<std::size_t> first(std::min(screen.fields.size(), static_cast<std::size_t>(fields)));
    std::iota(first.begin(), first.end(), std::size_t{0});
    screen.fields.pick(first);
    return screen;
  }
};

inline std::vector<image::FieldImage> read_fields(const screen::Screen& screen) {
  std::vector<image::FieldImage> images;
  for (const auto& field : screen.fields) images.push_back(image::read_field(field.images));
  return images;
}

// A limit: floats copied in memory, the items of a pool, to where they were copied before.
class MemoryCopy {
 public:
  using Source = std::function<std::span<const float>(std::size_t item)>;
  MemoryCopy(std::size_t items, Source source) : source_(std::move(source)), targets_(items) {}
  void run(WorkerPool& pool) {
    pool.run(targets_.size(), [&](std::size_t i, int) {
      const auto from = source_(i);
      targets_[i].resize(from.size());
      std::memcpy(targets_[i].data(), from.data(), from.size_bytes());
    });
  }

 private:
  Source source_;
  std::vector<std::vector<float>> targets_;
};

}  // namespace cytoscale::bench
