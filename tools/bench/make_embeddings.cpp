// make_embeddings FILE [CELLS] [FEATURES]: an embeddings.h5ad of that many cells (2,000,000) and features
// (256), of 20 plates of 96 wells of 4 fields, to measure `reduce` and what reads such files. Values are
// random; a quarter of the wells are controls. Prints a line of JSON.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/error.hpp"
#include "core/random.hpp"
#include "hdf5/library.hpp"
#include "mpi/session.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale {
namespace {

screen::Screen screen_of_wells() {
  screen::Screen screen;
  screen.channels = {"DNA"};
  screen.metadata_columns = {"Metadata_Plate",         "Metadata_Well", "Metadata_Site",  "Metadata_Compound",
                             "Metadata_Concentration", "Metadata_MOA",  "Metadata_Batch", "Metadata_Control"};
  for (int plate = 0; plate < 20; ++plate)
    for (int well = 0; well < 96; ++well)
      for (int site = 1; site <= 4; ++site) {
        const bool control = well % 4 == 0;
        const auto plate_name = "P" + std::to_string(plate), number = std::to_string(well % 12 + 1),
                   well_name =
                       static_cast<char>('A' + well / 12) + std::string(2 - number.size(), '0') + number,
                   compound = control ? "DMSO" : "c" + std::to_string(well), site_name = std::to_string(site);
        screen.fields.push_back({plate_name,
                                 well_name,
                                 site_name,
                                 {plate_name, well_name, site_name, compound, control ? "0" : "1",
                                  control ? "DMSO" : "m" + std::to_string(well % 8),
                                  "b" + std::to_string(plate / 4), control ? "negcon" : "trt"},
                                 {ImageFile{plate_name + well_name + site_name + ".tif", 0}}});
      }
  return screen;
}

store::CellTable cells_in(const screen::Screen& screen, std::int64_t count) {
  store::CellTable cells;
  cells.channels = screen.channels;
  const auto fields = static_cast<std::int64_t>(screen.fields.size());
  for (std::int64_t field = 0; field <= fields; ++field) cells.first_cell.push_back(count * field / fields);
  cells.failed.assign(screen.fields.size(), 0);
  cells.height.assign(screen.fields.size(), 1024);
  cells.width = cells.height;
  cells.focus_score.assign(screen.fields.size(), 1);
  cells.saturated_fraction.assign(screen.fields.size(), 0);
  cells.y = cells.x = cells.area_px = cells.mean_intensity = cells.eccentricity =
      std::vector<float>(static_cast<std::size_t>(count), 1.0F);
  cells.border.assign(static_cast<std::size_t>(count), 0);
  cells.screen_fingerprint = screen.fingerprint();
  return cells;
}

void make(const mpi::Communicator& comm, const std::filesystem::path& path, std::int64_t count,
          std::size_t features) {
  const auto begun = std::chrono::steady_clock::now();
  const auto screen = screen_of_wells();
  const auto cells = cells_in(screen, count);
  store::EmbeddingLayout layout;
  for (std::size_t i = 0; i < features; ++i)
    layout.feature_names.push_back("net_conv4a_" + std::to_string(i));
  layout.feature_layers.assign(features, "conv4a");
  layout.provenance = {{"job", "embed"}};
  store::EmbeddingWriter writer(comm, path, screen, cells, layout);
  std::vector<float> rows;
  for (FieldId field; field < screen.fields.size(); ++field) {
    Random random(1, {static_cast<std::uint64_t>(field)});
    rows.resize(static_cast<std::size_t>(cells.cells_of(field)) * features);
    for (auto& value : rows) value = static_cast<float>(random.uniform());
    writer.write(field, rows);
  }
  writer.close();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  std::printf("{\"cells\": %lld, \"features\": %zu, \"bytes\": %llu, \"seconds\": %.2f}\n",
              static_cast<long long>(count), features,
              static_cast<unsigned long long>(std::filesystem::file_size(path)), seconds.count());
}

}  // namespace
}  // namespace cytoscale

int main(int argc, char** argv) {
  cytoscale::hdf5::start_library();
  cytoscale::mpi::MpiSession session(argc, argv);
  if (argc < 2) {
    std::fprintf(stderr, "usage: make_embeddings FILE [CELLS] [FEATURES]\n");
    return 2;
  }
  try {
    cytoscale::make(session.world(), argv[1], argc > 2 ? std::atoll(argv[2]) : 2'000'000,
                    argc > 3 ? static_cast<std::size_t>(std::atoll(argv[3])) : 256);
    return 0;
  } catch (const cytoscale::Error& error) {
    std::fprintf(stderr, "make_embeddings: %s\n", error.what());
    return 2;
  }
}
