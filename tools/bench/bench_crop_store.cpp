// bench_crop_store --manifest screen.csv --output DIR --treatment COLUMNS [--crop-size 48] [--threads 2]
//                  [--steps 30] [--rounds 5] [--reads 20000] [--device cpu]
// DIR has cells.h5 and crops.h5 of the screen. Training fed by the store from the page cache, cells by
// second; the limit: training whose finished crops are in memory, the same network, cells and steps. Beside
// it bytes per cell, random reads from disk (the store was dropped from the page cache before) and from the
// page cache, batches made per second, and training from disk.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "bench.hpp"
#include "core/random.hpp"
#include "learn/data/batches.hpp"
#include "learn/data/store_images.hpp"
#include "learn/run/train.hpp"
#include "screen/column_roles.hpp"
#include "settings/machine_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Settings {
  fs::path output = ".", scratch = "bench_crop_store";
  screen::ManifestOptions manifest;
  screen::ColumnRoles roles;
  learn::TrainOptions training;
  int reads = 20000, rounds = 5;
};

// What was cut, by cell and warp: crops as a batch has them, made in advance.
class MadeCrops final : public learn::CellImages {
 public:
  explicit MadeCrops(const learn::CellImages& source) : source_(source) {}
  // Makes those that are not there yet: a training makes all that the next one of the same options asks for.
  void cut(const learn::TrainingCell& cell, const learn::Warp& warp, image::PictureSize size,
           std::span<float> out) const override {
    const std::lock_guard lock(mutex_);
    auto [crop, fresh] = crops_.try_emplace(key(cell, warp));
    if (fresh) {
      source_.cut(cell, warp, size, out);
      crop->second.assign(out.begin(), out.end());
    } else {
      std::copy(crop->second.begin(), crop->second.end(), out.begin());
    }
  }
  int bits() const override { return source_.bits(); }
  image::WindowPlace window(const learn::TrainingCell& cell, int side, std::span<std::byte> codes,
                            std::span<float> scaling) const override {
    return source_.window(cell, side, codes, scaling);
  }
  std::size_t size() const { return crops_.size(); }

 private:
  using Key = std::array<std::uint32_t, 8>;
  static Key key(const learn::TrainingCell& cell, const learn::Warp& warp) {
    const float parts[] = {warp.yy, warp.yx, warp.xy, warp.xx, warp.shift_y, warp.shift_x};
    Key made{static_cast<std::uint32_t>(cell.row), static_cast<std::uint32_t>(cell.row >> 32)};
    std::memcpy(made.data() + 2, parts, sizeof parts);
    return made;
  }
  const learn::CellImages& source_;
  mutable std::mutex mutex_;
  mutable std::map<Key, std::vector<float>> crops_;
};

// What part of a file is in the page cache.
double cached_part(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY);
  const auto bytes = fs::file_size(path);
  void* at = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  std::vector<unsigned char> pages((bytes + 4095) / 4096);
  double part = -1;
  if (at != MAP_FAILED && ::mincore(at, bytes, pages.data()) == 0)
    part =
        static_cast<double>(std::count_if(pages.begin(), pages.end(), [](auto page) { return page & 1; })) /
        static_cast<double>(pages.size());
  if (at != MAP_FAILED) ::munmap(at, bytes);
  ::close(file);
  return part;
}

void drop_from_cache(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY);
  ::fdatasync(file);
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  ::close(file);
}

json rates(double cells, double bytes, double seconds) {
  return {{"cells_per_s", cells / seconds}, {"MB_per_s", bytes / seconds / 1e6}};
}

// Each thread reads cells drawn over the whole store; `round` chooses them.
json random_reads(const store::CropStore& store, int threads, int reads, std::uint64_t round) {
  const SteadyClock clock;
  const double start_s = clock.now_s();
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t)
      workers.emplace_back([&, t] {
        Random random(round, {static_cast<std::uint64_t>(t)});
        std::vector<std::byte> codes(store.window_bytes());
        std::vector<float> scaling(2 * store.channels());
        for (int i = t; i < reads; i += threads)
          store.read(
              CellId(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(store.cells())))),
              codes, scaling);
      });
  }
  return rates(reads, static_cast<double>(reads) * static_cast<double>(store.window_bytes()),
               clock.now_s() - start_s);
}

json read_rates(const store::CropStore& store, const Settings& settings) {
  json made;
  for (const int threads : {1, settings.training.threads, 16}) {
    drop_from_cache(store.path());
    const double cached = cached_part(store.path());
    auto cold = random_reads(store, threads, settings.reads, static_cast<std::uint64_t>(threads));
    cold["cached_before"] = cached;
    made["from_disk"][std::to_string(threads) + "_threads"] = cold;
    // The very same cells again.
    made["from_page_cache"][std::to_string(threads) + "_threads"] =
        random_reads(store, threads, settings.reads, static_cast<std::uint64_t>(threads));
  }
  return made;
}

// Crops of batches made on one thread: reading, warping, rescaling.
double batches_per_thread(const learn::TrainingPlan& plan, const learn::CellImages& images,
                          const learn::TrainOptions& options) {
  const learn::BatchMaker maker(plan, images, options, options.crop_px, options.crop_normalization);
  const SteadyClock clock;
  const auto batch = static_cast<std::size_t>(options.batch_size);
  for (std::int64_t step = 0; step < options.steps; ++step) maker.training(step, 0, batch);  // into the cache
  const double start_s = clock.now_s();
  for (std::int64_t step = 0; step < options.steps; ++step) maker.training(step, 0, batch);
  return static_cast<double>(batch) * static_cast<double>(options.steps) / (clock.now_s() - start_s);
}

learn::TrainResult train_once(const learn::TrainingPlan& plan, const learn::CellImages& images,
                              const Settings& settings) {
  const auto comm = mpi::Communicator::self();
  Log log(0, 1, true);
  const SteadyClock clock;
  fs::remove_all(settings.scratch);
  learn::TrainRun run{settings.scratch, {}, {}, log, clock};
  auto result = learn::train(comm, plan, images, settings.training, run);
  fs::remove_all(settings.scratch);
  return result;
}

json training_rates(const store::CropStore& store, const learn::StoreImages& images,
                    const learn::TrainingPlan& plan, const Settings& settings) {
  const MadeCrops made(images);
  const auto first = train_once(plan, made, settings);  // makes the crops, and warms the machine up
  const std::size_t crops = made.size();
  bool same = true;
  std::map<std::string, std::vector<double>> rate;
  for (int round = 0; round < settings.rounds; ++round) {
    const auto run = [&](const std::string& name, const learn::CellImages& source) {
      const auto result = train_once(plan, source, settings);
      same = same && result.losses == first.losses;
      rate[name].push_back(result.cells_per_s);
    };
    run("memory", made);
    drop_from_cache(store.path());
    run("store_from_disk", images);
    run("store_from_page_cache", images);
  }
  json found = {{"steps", settings.training.steps},
                {"batch", settings.training.batch_size},
                {"rounds", settings.rounds},
                {"crops_in_memory", crops},
                {"nothing_was_cut_for_memory", made.size() == crops},
                {"same_losses", same},
                {"cells_per_s", rate}};
  const double memory = median_of(rate["memory"]);
  for (const char* name : {"store_from_disk", "store_from_page_cache"})
    found["ratio_of_medians"][name] = median_of(rate[name]) / memory;
  return found;
}

Settings parse(int argc, char** argv) {
  Settings settings;
  auto& training = settings.training;
  training.crop_px = 48;
  training.steps = 30;
  training.threads = 2;
  training.device = network::Device::cpu;
  training.pixels = network::PixelPlace::host;  // crops are finished in memory
  training.validation_cells = 16;
  training.split.single_wells = learn::SingleWells::train;
  cli::OptionSet options;
  settings::declare_output(options, settings.output);
  settings::declare_manifest(options, settings.manifest);
  settings::declare_roles(options, settings.roles);
  settings::declare_precision(options, training.precision);
  options.add("crop-size", training.crop_px, "");
  options.add("threads", training.threads, "");
  options.add("steps", training.steps, "");
  options.add("batch-size", training.batch_size, "");
  options.add("device", training.device, "");
  options.add("rounds", settings.rounds, "training rounds");
  options.add("reads", settings.reads, "random reads");
  bench::assign(options, argc, argv);
  training.resolve();
  training.validate();
  settings.scratch = settings.output / "bench_crop_store";
  return settings;
}

// Of the training from the page cache, held against that from memory.
bench::Rounds rounds_of(const json& training, double cells) {
  bench::Rounds rounds;
  const auto& rates = training["cells_per_s"];
  for (std::size_t i = 0; i < rates["memory"].size(); ++i)
    rounds.all.push_back(
        {cells / rates["store_from_page_cache"][i].get<double>(), cells / rates["memory"][i].get<double>()});
  rounds.peak_kib = bench::peak_kib();
  return rounds;
}

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  const auto settings = parse(argc, argv);
  const auto screen = screen::read_manifest(settings.manifest);
  const auto cells = store::read_cell_table(settings.output / "cells.h5");
  const auto plan = learn::plan_training(screen, cells, settings.roles, settings.training);
  const store::CropStore store(settings.output / "crops.h5");
  store.check_matches(screen, cells);
  const learn::StoreImages images(store, cells);
  const double bytes = static_cast<double>(fs::file_size(store.path()));
  const json work = {{"cells", store.cells()},
                     {"channels", store.channels()},
                     {"crop_px", settings.training.crop_px},
                     {"window_px", store.window_px()},
                     {"bits", store.bits()},
                     {"bytes", bytes},
                     {"bytes_per_cell", bytes / static_cast<double>(store.cells())},
                     {"threads", settings.training.threads}};
  const json more = {{"random_reads", read_rates(store, settings)},
                     {"batches_cells_per_s_per_thread", batches_per_thread(plan, images, settings.training)},
                     {"training", training_rates(store, images, plan, settings)}};
  const double trained =
      static_cast<double>(settings.training.steps) * static_cast<double>(settings.training.batch_size);
  bench::print(comm,
               {"crop_store", work, "cells", trained, "training on finished crops in memory", trained,
                rounds_of(more["training"], trained)},
               more);
}

}  // namespace
}  // namespace cytoscale

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::measure);
}
