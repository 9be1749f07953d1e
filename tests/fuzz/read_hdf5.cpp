// The HDF5 files that jobs hand on. Each is read as far as a job reads it.
#include "../store/embedding_support.hpp"
#include "core/system/files.hpp"
#include "store/anndata/anndata.hpp"
#include "store/cell_table.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/crop_store.hpp"
#include "store/rows/embedding_file.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

using namespace cytoscale::store;
using image::Illumination;
using mpi::Communicator;
using screen::Screen;

constexpr std::int64_t rows_tried = 4;  // from the start and from the end

template <typename Reader>
void read_ends(std::int64_t rows, const Reader& read) {
  for (std::int64_t row = 0; row < std::min(rows, rows_tried); ++row) {
    read(row);
    read(rows - 1 - row);
  }
}

Screen seed_screen() {
  return small_screen(1, 2, 2);
}

std::vector<Seed> written(const char* name, const std::function<void(const std::filesystem::path&)>& write) {
  const auto path = scratch_folder() / (std::string(name) + ".seed");
  write(path);
  return {{name, read_file(path)}};
}

}  // namespace

void read_cells_input(std::string_view input) {
  const CellTable table = read_cell_table(scratch_file("input.h5", input));
  cells_fingerprint(table);
  table.provenance.dump();
}

void read_illumination_input(std::string_view input) {
  const IlluminationReader reader(scratch_file("input.h5", input));
  for (std::size_t i = 0; i < std::min<std::size_t>(reader.plates().size(), 3); ++i) {
    const Illumination gain = reader.read(reader.plates()[i]);
    if (gain.channels < 0 || gain.height < 0 || gain.width < 0 || gain.step_px < 1 ||
        gain.gain.size() != std::size_t(gain.channels) * gain.grid().pixels())
      throw std::logic_error("a gain that does not fit its grid");
    image::Plane plane(std::min(gain.height, 64), std::min(gain.width, 64), 1.0f);
    if (gain.channels > 0 && !plane.pixels.empty() && plane.height == gain.height &&
        plane.width == gain.width)
      image::correct(plane, gain, gain.channels - 1);
  }
}

void read_crops_input(std::string_view input) {
  const CropStore store(scratch_file("input.h5", input));
  std::vector<std::byte> codes(store.cells() ? store.window_bytes() : 0);
  std::vector<float> scaling(2 * store.channels());
  read_ends(store.cells(), [&](std::int64_t row) { store.read(CellId(row), codes, scaling); });
  store.provenance().dump();
}

void read_embeddings_input(std::string_view input) {
  const EmbeddingReader reader(scratch_file("input.h5ad", input));
  std::vector<float> row(reader.features()), value(1);
  read_ends(reader.rows(), [&](std::int64_t first) {
    reader.read_rows(first, 1, row);
    reader.read_column("Nuclei_AreaShape_Area", first, 1, value);
  });
  reader.provenance().dump();
}

void read_anndata_input(std::string_view input) {
  const AnnData data = read_anndata(scratch_file("input.h5ad", input));
  data.uns.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<Seed> cells_seeds() {
  return written("cells", [](const auto& path) {
    const Screen screen = seed_screen();
    std::vector<FieldCells> cells;
    for (FieldId f; f < screen.fields.size(); ++f) cells.push_back(cells_of_field(screen, f));
    write_cell_table(Communicator::self(), path, screen, std::move(cells), {{"job", "segment"}});
  });
}

std::vector<Seed> illumination_seeds() {
  return written("illumination", [](const auto& path) {
    IlluminationWriter writer(path, seed_screen(), {{"job", "illuminate"}});
    Illumination gain;
    gain.channels = 2;
    gain.height = 30;
    gain.width = 39;
    gain.step_px = 10;
    gain.gain.assign(24, 1.5f);
    writer.add("P1", gain);
    writer.commit();
  });
}

std::vector<Seed> crops_seeds() {
  std::vector<Seed> seeds;
  for (const int bits : {8, 16}) {
    const std::string name = "crops" + std::to_string(bits);
    auto made = written(name.c_str(), [&](const auto& path) {
      const Screen screen = seed_screen();
      const CellTable cells = table_of(screen);
      const auto comm = Communicator::self();
      CropStoreWriter writer(comm, path, screen, cells, {2, bits, {{"job", "crop"}}, false});
      for (FieldId f; f < screen.fields.size(); ++f) {
        const auto count = static_cast<std::size_t>(cells.cells_of(f));
        CellWindows windows;
        (bits == 8 ? windows.codes8.resize(count * 8) : windows.codes16.resize(count * 8));
        windows.scaling.assign(count * 4, 1.0f);
        if (!writer.done(f)) writer.write(f, windows);
      }
      writer.close();
    });
    seeds.push_back(std::move(made.front()));
  }
  return seeds;
}

std::vector<Seed> embeddings_seeds() {
  std::vector<Seed> seeds;
  for (const bool half : {false, true}) {
    auto made = written(half ? "float16" : "float32", [&](const auto& path) {
      const Screen screen = seed_screen();
      const CellTable cells = table_of(screen);
      EmbeddingLayout layout = small_layout();
      layout.float16 = half;
      const auto comm = Communicator::self();
      EmbeddingWriter writer(comm, path, screen, cells, layout);
      for (FieldId f; f < screen.fields.size(); ++f) {
        if (!writer.done(f)) write_field(writer, cells, f, 1);
      }
      writer.close();
    });
    seeds.push_back(std::move(made.front()));
  }
  return seeds;
}

std::vector<Seed> anndata_seeds() {
  auto seeds = written("profiles", [](const auto& path) {
    AnnData data;
    data.rows = 3;
    data.vars = 2;
    data.x = {1, 2, 3, 4, 5, 6};
    data.obs = {{"Metadata_Well", "Count"}, {{"A01", "3"}, {"A02", ""}, {"A01", "7"}}};
    data.numeric_columns = {"Count"};
    data.var_names = {"f0", "f1"};
    data.var = {{"layer"}, {{"conv1"}, {"conv2"}}};
    data.uns = {{"cytoscale", {{"version", "1"}, {"whole", {1, 2}}, {"on", true}, {"real", 0.5}}}};
    write_anndata(path, data, true);
  });
  for (auto& seed : embeddings_seeds()) seeds.push_back(std::move(seed));
  return seeds;
}

}  // namespace cytoscale::fuzz
