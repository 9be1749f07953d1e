// bench_rank_memory prepare FOLDER FIELDS LEFT, then under mpirun bench_rank_memory embed FOLDER and
// bench_rank_memory reduce FOLDER: what a rank holds of a screen of that many fields of 10 cells each, while
// it embeds the LEFT fields that a run before left (all images are one small file), and while it reduces the
// wells. Where LEFT and the wells of a rank stay the same (ranks in proportion to FIELDS), what it holds must
// not grow. One line of JSON: the peak of memory of rank 0 and the largest of the others, less what ranks
// share, and what the ranks share.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/system/files.hpp"
#include "embed/embed_screen.hpp"
#include "hdf5/library.hpp"
#include "image/io/tiff.hpp"
#include "mpi/agree.hpp"
#include "mpi/session.hpp"
#include "profile/reduce_cells.hpp"
#include "store/rows/embedding_file.hpp"
#include "store/screen_file.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;

constexpr int side_px = 32, cells_of_field = 10, sites = 9, wells = 384;
constexpr std::size_t features = 16;

// Features that need no network.
class MeansEncoder final : public embed::Encoder {
 public:
  MeansEncoder() {
    for (std::size_t i = 0; i < features; ++i) names_.push_back("mean_" + std::to_string(i));
    layers_.assign(features, "mean");
  }
  int channels() const override { return 1; }
  image::PictureSize crop_size() const override { return 8; }
  const image::Rescaling& rescaling() const override { return rescaling_; }
  const std::vector<std::string>& feature_names() const override { return names_; }
  const std::vector<std::string>& feature_layers() const override { return layers_; }
  std::string description() const override { return "means"; }
  std::size_t tile() const override { return 64; }
  int threads() const override { return 1; }
  void encode_tile(std::span<const embed::TilePlace> places) override {
    for (const auto& place : places) {
      if (place.picture == nullptr) continue;
      const auto mean = std::accumulate(place.picture, place.picture + crop_size().pixels(), 0.0f) / 64;
      std::fill(place.features, place.features + features, mean);
    }
  }

 private:
  image::Rescaling rescaling_ = image::CropNormalization::none;
  std::vector<std::string> names_, layers_;
};

screen::ManifestOptions manifest_in(const fs::path& folder) {
  screen::ManifestOptions options;
  options.manifest = folder / "screen.csv";
  options.kept = folder / "screen.h5";
  options.keep = true;
  return options;
}

store::FieldCells cells_in_field(FieldId field) {
  store::FieldCells cells;
  cells.field = field;
  cells.height = cells.width = side_px;
  for (int i = 0; i < cells_of_field; ++i) {
    cells.y.push_back(static_cast<float>(2 * i + 4)), cells.x.push_back(16);
    cells.area_px.push_back(50), cells.mean_intensity.push_back(1), cells.eccentricity.push_back(0);
    cells.border.push_back(0);
  }
  cells.focus_score = {1}, cells.saturated_fraction = {0};
  return cells;
}

void prepare(const mpi::Communicator& comm, const fs::path& folder, std::size_t fields, std::size_t left) {
  fs::remove_all(folder);
  make_folder(folder);
  image::write_tiff(folder / "one.tiff", side_px, side_px, std::vector<std::uint16_t>(side_px * side_px, 7));
  {
    std::ofstream out(folder / "screen.csv");
    out << "Metadata_Plate,Metadata_Well,Metadata_Site,Metadata_Compound,FileName_DNA\n";
    for (std::size_t f = 0; f < fields; ++f) {
      const auto well = f / sites % wells;
      out << "P" << f / (sites * wells) << "," << static_cast<char>('A' + well / 24) << well % 24 + 1 << ","
          << f % sites + 1 << ",c" << well << ",one.tiff\n";
    }
  }
  const auto screen = store::open_screen(comm, manifest_in(folder));
  std::vector<store::FieldCells> mine;
  for (FieldId f; f < fields; ++f) mine.push_back(cells_in_field(f));
  store::write_cell_table(comm, folder / "cells.h5", screen, std::move(mine), {{"job", "segment"}});
  const auto cells = store::read_cell_table(folder / "cells.h5");
  const MeansEncoder encoder;
  store::EmbeddingWriter writer(
      comm, folder / "embeddings.h5ad", screen, cells,
      {encoder.feature_names(), encoder.feature_layers(), false, {{"job", "embed"}}});
  const std::vector<float> rows(cells_of_field * features, 1.0f);
  std::size_t next = 0;
  for (FieldId f; f < fields; ++f) {
    if (next < left && f == next * fields / left)
      ++next;  // for embed
    else
      writer.write(f, rows);
    if (f % 100'000 == 0) writer.checkpoint();
  }
  writer.checkpoint();
}

void print(const mpi::Communicator& comm, const std::string& stage, std::size_t fields) {
  std::ifstream lines("/proc/self/status");
  std::string word;
  double peak_kB = 0, shared_kB = 0;
  while (lines >> word) {
    if (word == "VmHWM:") lines >> peak_kB;
    if (word == "RssShmem:") lines >> shared_kB;
  }
  const double own = peak_kB - shared_kB;
  std::vector<double> others = {comm.root() ? 0 : own};
  comm.all_reduce(others, mpi::Reduction::max);
  mpi::on_root(comm, [&] {
    const auto megabytes = [](double kB) { return std::round(kB * 1024 / 1e5) / 10; };
    std::printf("%s\n", nlohmann::ordered_json{{"stage", "memory of ranks in " + stage},
                                               {"work", {{"fields", fields}, {"ranks", comm.size()}}},
                                               {"rank0_MB", megabytes(own)},
                                               {"other_rank_MB", megabytes(others[0])},
                                               {"shared_MB", megabytes(shared_kB)}}
                            .dump()
                            .c_str());
  });
}

void embed_rest(const mpi::Communicator& comm, const fs::path& folder) {
  const auto screen = store::open_screen(comm, manifest_in(folder));
  const auto cells = store::open_cell_table(comm, folder / "cells.h5");
  MeansEncoder encoder;
  Log log(comm.rank(), comm.size(), true);
  const SteadyClock clock;
  embed::embed_screen({comm, log, clock}, screen, cells, encoder, {},
                      {folder / "embeddings.h5ad", {}, folder / "failures.csv"}, {{"job", "embed"}});
  print(comm, "embed", screen.fields.size());
}

void reduce_all(const mpi::Communicator& comm, const fs::path& folder) {
  const SteadyClock clock;
  profile::reduce_cells(comm, folder / "embeddings.h5ad", profile::Aggregate::mean, 1, clock);
  print(comm, "reduce", store::open_screen(comm, manifest_in(folder)).fields.size());
}

int run(const mpi::Communicator& comm, int argc, char** argv) {
  const std::string step = argc > 2 ? argv[1] : "";
  if (step == "prepare" && argc > 4) {
    prepare(comm, argv[2], static_cast<std::size_t>(std::atoll(argv[3])),
            static_cast<std::size_t>(std::atoll(argv[4])));
  } else if (step == "embed") {
    embed_rest(comm, argv[2]);
  } else if (step == "reduce") {
    reduce_all(comm, argv[2]);
  } else {
    std::fprintf(stderr,
                 "usage: bench_rank_memory prepare FOLDER FIELDS LEFT | embed FOLDER | reduce FOLDER\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace cytoscale

int main(int argc, char** argv) {
  cytoscale::hdf5::start_library();
  cytoscale::mpi::MpiSession session(argc, argv);
  try {
    return cytoscale::run(session.world(), argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_rank_memory: %s\n", error.what());
    return 2;
  }
}
