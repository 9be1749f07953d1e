#include "simulate/simulate_screen.hpp"

#include <filesystem>

#include "core/progress.hpp"
#include "core/system/files.hpp"
#include "core/system/stop_request.hpp"
#include "image/io/tiff.hpp"
#include "mpi/agree.hpp"
#include "screen/plan.hpp"
#include "simulate/biology/nuisance.hpp"
#include "simulate/paint/camera.hpp"
#include "simulate/paint/paint_field.hpp"
#include "simulate/truth_tables.hpp"
#include "simulate/truth_writer.hpp"

namespace cytoscale::simulate {
namespace {

constexpr const char *cell_masks = "masks/cells", *responding_masks = "masks/responding";

void write_field(const SimulateSettings& settings, const Design& design, const DesignWell& well, int site,
                 const SimulatedField& field) {
  const auto folder = settings.output / image_folder(design, well);
  const auto& channels = settings.imaging.channels;
  const int side = settings.imaging.field_px;
  for (std::size_t c = 0; c < channels.size(); ++c)
    image::write_tiff(folder / image_name(design, well, site, channels[c]), side, side, field.pictures[c]);
}

void write_masks(const SimulateSettings& settings, const Design& design, const DesignWell& well, int site,
                 const SimulatedField& field) {
  std::vector<std::uint16_t> all(field.owner.size(), 0), responding(field.owner.size(), 0);
  for (std::size_t i = 0; i < field.owner.size(); ++i) {
    if (field.owner[i] < 0) continue;
    const auto& cell = field.cells[static_cast<std::size_t>(field.owner[i])];
    all[i] = static_cast<std::uint16_t>(object_of(cell));
    if (cell.responded) responding[i] = all[i];
  }
  const int side = settings.imaging.field_px;
  const auto name = mask_name(design, well, site);
  image::write_tiff(settings.output / cell_masks / name, side, side, all);
  image::write_tiff(settings.output / responding_masks / name, side, side, responding);
}

std::string simulate_share(const SimulateSettings& settings, const Design& design, const screen::Block& share,
                           Progress& progress, std::int64_t& cells) {
  const NoiseTile noise(settings.seed);
  const auto columns = truth_columns(design, settings);
  std::string text;
  std::uint64_t done = 0;
  for (std::size_t w = share.first; w < share.last; ++w)
    for (int site = 1; site <= settings.design.fields_per_well; ++site) {
      const SimulatedField field = simulate_field(settings, design, design.wells[w], site, noise);
      write_field(settings, design, design.wells[w], site, field);
      heed_stop_request();
      if (settings.masks) write_masks(settings, design, design.wells[w], site, field);
      auto rows = truth_rows(design, settings, design.wells[w], site, field.cells);
      cells += static_cast<std::int64_t>(rows.size());
      Table table{columns, {}};
      for (const auto& row : rows) table.rows.push_back(row);
      text += body_text(table);
      progress.update(++done);
    }
  return text;
}

}  // namespace

SimulatedField simulate_field(const SimulateSettings& settings, const Design& design, const DesignWell& well,
                              int site, const NoiseTile& noise) {
  const FieldKey key = field_key(settings, design, well, site);
  const Effect& effect = design.treatments[well.treatment].effect;
  SimulatedField field;
  field.cells = grow_cells(settings, effect, culture_of(settings, design, well), key);
  auto painted = paint_field(settings, effect, field.cells, key, noise);
  field.owner = std::move(painted.owner);
  field.pictures = render_camera_image(painted.planes, settings.imaging.field_px,
                                       optics_of(settings, design, well, site), key);
  return field;
}

SimulateSummary simulate_screen(const SimulateSettings& settings, const mpi::Communicator& comm,
                                const Clock& clock) {
  Design design;
  mpi::together(comm, [&] { design = make_design(settings); });
  mpi::on_root(comm, [&] {
    make_folder(settings.output);
    std::filesystem::remove(settings.output / "screen.csv");
    if (settings.masks)
      for (const auto* folder : {cell_masks, responding_masks}) make_folder(settings.output / folder);
    for (const DesignWell& well : design.wells) make_folder(settings.output / image_folder(design, well));
  });
  const auto share = screen::block_of(design.wells.size(), comm.rank(), comm.size());
  std::string mine;
  std::int64_t cells = 0;
  mpi::together(comm, [&] {
    const std::uint64_t total =
        (share.last - share.first) * static_cast<std::uint64_t>(settings.design.fields_per_well);
    Progress progress("simulate", "fields", total, clock, comm.root());
    mine = simulate_share(settings, design, share, progress, cells);
    progress.finish();
  });
  write_rows(comm, settings.output / "truth.csv", truth_columns(design, settings), mine);
  mpi::on_root(comm, [&] { write_csv(settings.output / "screen.csv", make_manifest(design, settings)); });
  SimulateSummary summary;
  summary.plates = static_cast<std::int64_t>(design.batches) * design.plates_per_batch;
  summary.wells = static_cast<std::int64_t>(design.wells.size());
  summary.fields = summary.wells * settings.design.fields_per_well;
  summary.cells = comm.sum(cells);
  return summary;
}

}  // namespace cytoscale::simulate
