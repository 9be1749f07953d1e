// [mpirun -n N] bench_write [--file embeddings|crops] [--output DIR] [--cells N] [--features 256]
//                           [--channels 5] [--window 128] [--rounds 3]
// A file with rows per cell that all ranks write, with its checksums and syncs: embeddings.h5ad or a crop
// store (16 bits). MB of rows by second; the limit: all ranks writing the same bytes to a plain file by
// pwrite, and syncing it.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "bench.hpp"
#include "hdf5/library.hpp"
#include "made_screen.hpp"
#include "screen/plan.hpp"
#include "settings/screen_settings.hpp"
#include "store/rows/crop_store.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::bench {
namespace {

struct Settings {
  std::string file = "embeddings";
  std::filesystem::path output = ".";
  std::int64_t cells = 0;  // 0: 400,000 of embeddings, 8,000 of crops
  int features = 256, channels = 5, window_px = 128, rounds = 3;
};

// Makes a file and writes fields [first, last) of it; a row's bytes are the same for each cell.
class RowWriter {
 public:
  RowWriter(const mpi::Communicator& comm, const Settings& settings)
      : comm_(comm), settings_(settings), screen_(screen_of_wells()) {
    screen_.channels.resize(static_cast<std::size_t>(settings.channels), "channel");
    cells_ = cells_in(screen_, settings.cells);
    mine_ = screen::block_of(screen_.fields.size(), comm.rank(), comm.size());
    const auto most = static_cast<std::size_t>(cells_.cells_of(FieldId(0)) + 1);
    if (embeddings()) {
      rows_.resize(most * static_cast<std::size_t>(settings.features), 0.5F);
    } else {
      windows_.codes16.resize(most * row_bytes() / 2, 7);
      windows_.scaling.resize(most * screen_.channels.size() * 2, 1.0F);
    }
  }
  bool embeddings() const { return settings_.file == "embeddings"; }
  std::size_t row_bytes() const {
    const auto window = static_cast<std::size_t>(settings_.window_px);
    return embeddings() ? static_cast<std::size_t>(settings_.features) * sizeof(float)
                        : screen_.channels.size() * window * window * sizeof(std::uint16_t);
  }

  void write(const std::filesystem::path& path) {
    if (embeddings()) {
      store::EmbeddingLayout layout;
      for (int i = 0; i < settings_.features; ++i) layout.feature_names.push_back("f_" + std::to_string(i));
      layout.feature_layers.assign(layout.feature_names.size(), "f");
      layout.provenance = {{"job", "bench"}};
      store::EmbeddingWriter writer(comm_, path, screen_, cells_, layout);
      each_field([&](FieldId field, std::size_t count) {
        writer.write(field, std::span(rows_).first(count * layout.feature_names.size()));
      });
      writer.close();
    } else {
      store::CropStoreWriter writer(comm_, path, screen_, cells_,
                                    {settings_.window_px, 16, {{"job", "bench"}}});
      auto windows = windows_;
      each_field([&](FieldId field, std::size_t count) {
        windows.codes16.resize(count * row_bytes() / 2, 7);
        windows.scaling.resize(count * screen_.channels.size() * 2, 1.0F);
        writer.write(field, windows);
      });
      writer.close();
    }
  }

  void write_plainly(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
    if (file < 0) throw Error("cannot be written", path.string());
    const void* rows = embeddings() ? static_cast<const void*>(rows_.data()) : windows_.codes16.data();
    each_field([&](FieldId field, std::size_t count) {
      const auto bytes = count * row_bytes();
      const auto at = static_cast<off_t>(static_cast<std::size_t>(cells_.first_cell[field]) * row_bytes());
      if (::pwrite(file, rows, bytes, at) != static_cast<ssize_t>(bytes))
        throw Error("cannot be written", path.string());
    });
    ::fdatasync(file);
    ::close(file);
  }

 private:
  void each_field(const std::function<void(FieldId, std::size_t)>& use) const {
    for (auto field = mine_.first; field < mine_.last; ++field)
      if (const auto count = cells_.cells_of(FieldId(field)); count > 0)
        use(FieldId(field), static_cast<std::size_t>(count));
  }
  const mpi::Communicator& comm_;
  const Settings& settings_;
  screen::Screen screen_;
  store::CellTable cells_;
  screen::Block mine_{};
  std::vector<float> rows_;
  store::CellWindows windows_;
};

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  hdf5::start_library();
  Settings settings;
  cli::OptionSet options;
  options.add_choice(
      "file", {"embeddings", "crops"}, "", [&](const auto& word) { settings.file = word; },
      [&] { return settings.file; });
  settings::declare_output(options, settings.output);
  options.add("cells", settings.cells, "");
  options.add("features", settings.features, "");
  options.add("channels", settings.channels, "");
  options.add("window", settings.window_px, "");
  options.add("rounds", settings.rounds, "");
  assign(options, argc, argv);
  if (settings.cells == 0) settings.cells = settings.file == "crops" ? 8'000 : 400'000;
  const auto written = settings.output / "bench_write.h5", plain = settings.output / "bench_write.bytes";
  RowWriter writer(comm, settings);
  const auto fresh = [&](const std::filesystem::path& path) {
    if (comm.root()) std::filesystem::remove(path);
    comm.barrier();
  };
  Rounds rounds;
  for (int round = 0; round < settings.rounds; ++round) {
    fresh(written);
    const double stage_s = seconds_of(comm, [&] { writer.write(written); });
    if (round == 0) rounds.peak_kib = peak_kib();
    fresh(written);
    rounds.all.push_back({stage_s, seconds_of(comm, [&] { writer.write_plainly(plain); })});
    fresh(plain);
  }
  const double megabytes =
      static_cast<double>(settings.cells) * static_cast<double>(writer.row_bytes()) / 1e6;
  print(comm, {"write",
               {{"file", settings.file},
                {"cells", settings.cells},
                {"bytes_per_cell", writer.row_bytes()},
                {"folder", std::filesystem::absolute(settings.output).string()}},
               "MB",
               megabytes,
               "pwrite and fdatasync of the same bytes to a plain file",
               megabytes,
               rounds});
}

}  // namespace
}  // namespace cytoscale::bench

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::bench::measure);
}
