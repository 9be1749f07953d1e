// make_results FOLDER CELLS TREATMENTS: a screen of 384-well plates and results of it as a run leaves them,
// up to evaluate, of random numbers: to see how large a report becomes. All fields have the same images.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/system/files.hpp"
#include "hdf5/library.hpp"
#include "image/io/tiff.hpp"
#include "mpi/session.hpp"
#include "page/results.hpp"

namespace cytoscale {
namespace {

constexpr int side = 256, plates = 6, features = 24, classes = 12;
constexpr const char* channels[] = {"DNA", "Tubulin", "Actin"};

// A control, or the number of a treatment.
int treatment_of(int plate, int well, int treatments) {
  return well % 12 == 0 ? -1 : (plate * 384 + well) % treatments;
}

void write_screen(const std::filesystem::path& folder, int treatments) {
  Random random(1, 1);
  for (const char* channel : channels) {
    std::vector<std::uint16_t> pixels(side * side);
    for (auto& pixel : pixels) pixel = static_cast<std::uint16_t>(random.below(4096));
    image::write_tiff(folder / (std::string(channel) + ".tif"), side, side, pixels);
  }
  std::ofstream csv(folder / "screen.csv");
  csv << "Metadata_Plate,Metadata_Well,Metadata_Site,Metadata_Batch,Metadata_Compound,Metadata_Concentration,"
         "Metadata_MOA,Metadata_Control";
  for (const char* channel : channels) csv << ",FileName_" << channel;
  csv << '\n';
  for (int plate = 0; plate < plates; ++plate)
    for (int well = 0; well < 384; ++well) {
      const int treatment = treatment_of(plate, well, treatments);
      csv << "plate" << plate + 1 << ',' << static_cast<char>('A' + well / 24) << well % 24 + 1 << ",1,batch"
          << plate / 2 + 1 << ',';
      if (treatment < 0)
        csv << "DMSO,0,,negcon";
      else
        csv << "compound " << treatment / 2 << ',' << treatment % 2 + 1 << ",mechanism "
            << treatment / 2 % classes << ",trt";
      for (const char* channel : channels) csv << ',' << channel << ".tif";
      csv << '\n';
    }
}

void write_cells(const mpi::Communicator& comm, const std::filesystem::path& path,
                 const screen::Screen& screen, std::int64_t count) {
  std::vector<store::FieldCells> all;
  const auto fields = static_cast<std::int64_t>(screen.fields.size());
  for (FieldId field; field < screen.fields.size(); ++field) {
    Random random(2, {static_cast<std::uint64_t>(field)});
    auto& cells = all.emplace_back();
    cells.field = field, cells.height = cells.width = side;
    const auto first = static_cast<std::int64_t>(field) * count / fields,
               last = (static_cast<std::int64_t>(field) + 1) * count / fields;
    for (auto i = first; i < last; ++i) cells.y.push_back(static_cast<float>(random.uniform(0, side)));
    std::sort(cells.y.begin(), cells.y.end());
    for (std::size_t i = 0; i < cells.y.size(); ++i) {
      cells.x.push_back(static_cast<float>(random.uniform(0, side)));
      cells.area_px.push_back(static_cast<float>(random.uniform(80, 300)));
      cells.mean_intensity.push_back(1), cells.eccentricity.push_back(0.5f), cells.border.push_back(0);
    }
    for (int c = 0; c < 3; ++c)
      cells.focus_score.push_back(static_cast<float>(random.uniform(0.5, 1))),
          cells.saturated_fraction.push_back(0);
  }
  store::write_cell_table(comm, path, screen, std::move(all), {{"job", "segment"}});
}

void write_embeddings(const mpi::Communicator& comm, const std::filesystem::path& path,
                      const screen::Screen& screen, const store::CellTable& cells) {
  store::EmbeddingLayout layout;
  for (int i = 0; i < features; ++i) layout.feature_names.push_back("net_conv4a_" + std::to_string(i));
  layout.feature_layers.assign(features, "conv4a");
  layout.provenance = {{"job", "embed"}, {"options", {{"crop-size", "96"}}}};
  store::EmbeddingWriter writer(comm, path, screen, cells, layout);
  for (FieldId field; field < screen.fields.size(); ++field) {
    Random random(3, {static_cast<std::uint64_t>(field)});
    std::vector<float> rows(static_cast<std::size_t>(cells.cells_of(field)) * features);
    for (auto& value : rows) value = static_cast<float>(random.normal());
    writer.write(field, rows);
  }
  writer.close();
}

void write_profiles(const std::filesystem::path& path, const screen::Screen& screen) {
  profile::ProfileTable table;
  table.metadata = screen::metadata_table(screen);
  for (int i = 0; i < features; ++i) table.features.push_back("f" + std::to_string(i));
  table.values.resize(static_cast<Eigen::Index>(screen.fields.size()), features);
  const auto moa = screen.column("Metadata_MOA"), compound = screen.column("Metadata_Compound");
  for (std::size_t f = 0; f < screen.fields.size(); ++f) {
    Random own(4, {f}), shared(5, {stream_key(screen.fields[f].metadata[moa])}),
        of_compound(6, {stream_key(screen.fields[f].metadata[compound])});
    for (int i = 0; i < features; ++i)
      table.values(static_cast<Eigen::Index>(f), i) = own.normal() + shared.normal() + of_compound.normal();
  }
  profile::write_profile_anndata(path, table, {{"job", "reduce"}});
}

void make(const mpi::Communicator& comm, const std::filesystem::path& folder, std::int64_t count,
          int treatments) {
  make_folder(folder);
  write_screen(folder, treatments);
  screen::ManifestOptions manifest;
  manifest.manifest = folder / "screen.csv";
  const auto screen = screen::read_manifest(manifest);
  write_cells(comm, folder / "cells.h5", screen, count);
  write_embeddings(comm, folder / "embeddings.h5ad", screen, store::read_cell_table(folder / "cells.h5"));
  write_profiles(folder / "profiles.h5ad", screen);
}

}  // namespace
}  // namespace cytoscale

int main(int argc, char** argv) {
  cytoscale::hdf5::start_library();
  cytoscale::mpi::MpiSession session(argc, argv);
  if (argc != 4) return std::fprintf(stderr, "usage: make_results FOLDER CELLS TREATMENTS\n"), 2;
  try {
    cytoscale::make(session.world(), argv[1], std::atoll(argv[2]), std::atoi(argv[3]));
    return 0;
  } catch (const cytoscale::Error& error) {
    return std::fprintf(stderr, "make_results: %s\n", error.what()), 2;
  }
}
