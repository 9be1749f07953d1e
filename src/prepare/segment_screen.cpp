#include "prepare/segment_screen.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "image/locations.hpp"
#include "image/quality.hpp"
#include "image/segment/label_mask.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_reader.hpp"
#include "prepare/saturation.hpp"
#include "store/rows/journal.hpp"

namespace cytoscale::prepare {
namespace {

// What becomes of one field. Thread-safe.
class Segmenter {
 public:
  Segmenter(const screen::Screen& screen, const SegmentScreenOptions& options, std::size_t dna)
      : screen_(screen), options_(options), dna_(static_cast<int>(dna)) {
    if (options.locations.empty()) return;
    for (FieldId f; f < screen.fields.size(); ++f) ++fields_of_[screen.fill(options.locations, f)];
  }

  // Nothing where the claim was given up. Throws Error: the field cannot be read.
  std::optional<store::FieldCells> measure(FieldId field, const FieldReader& reader,
                                           const image::Illumination* gain, Claim& claim) const {
    store::FieldCells cells;
    image::Plane dna;
    cells.field = field;
    const bool read = reader.read_planes(
        field, claim,
        [&cells, &dna, at = dna_](int channel, image::Plane& plane, const image::PlaneFacts& facts) {
          cells.height = plane.height;
          cells.width = plane.width;
          add_quality(cells, image::measure_quality(plane, facts.white_level), facts);
          if (channel == at) dna = plane;
        });
    if (!read) return std::nullopt;
    if (gain) image::correct(dna, *gain, dna_);
    if (!options_.masks.empty()) {
      add_masked(cells, field, dna);
    } else {
      options_.locations.empty() ? add_nuclei(cells, dna) : import_cells(cells, field);
    }
    return cells;
  }

 private:
  static void add_quality(store::FieldCells& cells, const image::PlaneQuality& quality,
                          const image::PlaneFacts& facts) {
    cells.focus_score.push_back(quality.focus_score);
    cells.saturated_fraction.push_back(quality.saturated_fraction);
    // 8 bits are used up; what is above the level that the file names tells that it is none.
    const bool tells = facts.whole_numbers && facts.bits > 8 && quality.brightest <= facts.white_level;
    cells.brightest.push_back(tells ? quality.brightest : 0);
    cells.brightest_pixels.push_back(tells ? static_cast<float>(quality.brightest_pixels) : 0);
    cells.offset_taken_off.push_back(facts.offset_taken_off);
  }

  void add_masked(store::FieldCells& cells, FieldId field, const image::Plane& dna) const {
    const auto path = screen_.fill(options_.masks, field);
    auto mask = image::read_label_mask(path);
    image::check_mask_size(mask, {dna.height, dna.width}, path);
    for (const auto& nucleus : image::measure_labels(std::move(mask), dna).nuclei) add(cells, nucleus);
  }

  void add_nuclei(store::FieldCells& cells, const image::Plane& dna) const {
    for (const auto& nucleus : image::segment_nuclei(dna, options_.nuclei).nuclei) add(cells, nucleus);
  }

  void import_cells(store::FieldCells& cells, FieldId field) const {
    const auto path = screen_.fill(options_.locations, field);
    auto centers = table_at(path)->of(names_of(field));
    std::sort(centers.begin(), centers.end());
    for (const auto& [y, x] : centers) {
      if (y < 0 || x < 0 || y > static_cast<float>(cells.height) || x > static_cast<float>(cells.width)) {
        throw Error("a cell lies outside the image", path, "Check that the locations belong to these images");
      }
      image::Nucleus nucleus;
      nucleus.y = y, nucleus.x = x;
      add(cells, nucleus);
    }
  }

  image::FieldNames names_of(FieldId field) const {
    const auto& one = screen_.fields[field];
    image::FieldNames names{one.plate, one.well, one.site, {}};
    for (const auto& file : one.images) names.files.push_back(file.path.filename().string());
    return names;
  }

  // A table of several fields is read once. Throws Error: it does not tell them apart.
  std::shared_ptr<const image::LocationTable> table_at(const std::string& path) const {
    if (fields_of_.at(path) == 1) return std::make_shared<const image::LocationTable>(path);
    const std::lock_guard lock(tables_mutex_);
    auto& table = tables_[path];
    if (!table) table = std::make_shared<const image::LocationTable>(path);
    if (!table->tells_fields())
      throw Error(std::to_string(fields_of_.at(path)) +
                      " fields have this one table of locations, which does not "
                      "say which cells are of which",
                  path,
                  "Name a table for each with --locations '…{Plate}…{Well}…{Site}….csv', or give it "
                  "Metadata_Plate, Metadata_Well and Metadata_Site");
    return table;
  }

  static void add(store::FieldCells& cells, const image::Nucleus& nucleus) {
    cells.y.push_back(nucleus.y);
    cells.x.push_back(nucleus.x);
    cells.area_px.push_back(nucleus.area_px);
    cells.mean_intensity.push_back(nucleus.mean_intensity);
    cells.eccentricity.push_back(nucleus.eccentricity);
    cells.border.push_back(nucleus.border);
  }

  const screen::Screen& screen_;
  const SegmentScreenOptions& options_;
  int dna_;
  std::map<std::string, std::size_t> fields_of_;  // how many have a table of locations
  mutable std::mutex tables_mutex_;
  mutable std::map<std::string, std::shared_ptr<const image::LocationTable>> tables_;
};

FieldWork segmentation(const FieldReader& reader, const Segmenter& segmenter, store::Journal& journal) {
  FieldWork work;
  work.name = "segment";
  work.unit = "fields";
  work.units = [](std::size_t) { return 1.0; };
  work.bytes = [&reader](FieldId field) { return reader.bytes(field); };
  work.prepare = [&](FieldId field, const Gain& gain, Claim& claim) -> Finish {
    const auto cells = segmenter.measure(field, reader, gain.get(), claim);
    if (!cells) return {};
    auto packed = store::pack_cells(*cells);
    return [&journal, field, packed = std::move(packed)](const Tick&) { journal.write(field, packed); };
  };
  return work;
}

std::vector<store::FieldCells> cells_of(std::vector<store::Record> records) {
  std::vector<store::FieldCells> cells;
  for (auto& record : records) {
    cells.push_back(record.failed ? store::FieldCells{} : store::unpack_cells(record.content));
    cells.back().field = FieldId(record.item);
    cells.back().failed = record.failed;
  }
  return cells;
}

// Says once for each channel that its values were shifted.
void tell_offsets(const mpi::RunContext& context, const screen::Screen& screen,
                  const std::vector<store::FieldCells>& mine) {
  for (std::size_t c = 0; c < screen.channels.size(); ++c) {
    std::int64_t fields = 0;
    for (const auto& field : mine) fields += c < field.offset_taken_off.size() && field.offset_taken_off[c];
    fields = context.comm.sum(fields);
    if (fields > 0 && context.comm.rank() == 0)
      context.log.warning("channel " + screen.channels[c] + ": the images of " + std::to_string(fields) +
                          " fields hold signed numbers from far below 0; their offset was taken off, so that "
                          "the lowest value possible is 0");
  }
}

void tell_dropped(const mpi::RunContext& context, const std::vector<Dropped>& dropped,
                  const std::filesystem::path& table) {
  std::set<std::int64_t> fields;
  for (const auto& row : dropped) fields.insert(row.field);
  if (!fields.empty())
    context.log.info("quality control left out cells of " + std::to_string(fields.size()) +
                     " fields: " + table.string());
}

}  // namespace

void SegmentScreenOptions::validate() const {
  nuclei.validate();
  filters.validate();
  if (!masks.empty() && !locations.empty())
    throw Error("cells are taken from masks or from locations, not from both", "--masks, --locations",
                "Give one of them");
  pass.validate();
}

std::size_t dna_channel(const screen::Screen& screen, const std::string& name) {
  if (!name.empty()) return screen.channel(name);
  for (const char* usual : {"DNA", "DAPI", "Hoechst", "Nuclei", "OrigDNA"}) {
    const auto it = std::find(screen.channels.begin(), screen.channels.end(), usual);
    if (it != screen.channels.end()) return static_cast<std::size_t>(it - screen.channels.begin());
  }
  return 0;
}

SegmentSummary segment_screen(const mpi::RunContext& context, const screen::Screen& screen,
                              const SegmentScreenOptions& options, const FieldFiles& files,
                              const nlohmann::json& provenance) {
  const auto& comm = context.comm;
  std::size_t dna = 0;
  mpi::together(comm, [&] {
    options.validate();
    dna = dna_channel(screen, options.dna_channel);
  });
  FieldPass pass(context, screen, options.pass, files.illumination);
  const FieldReader reader(
      screen, sizes_by_plate(comm, screen, {options.pass.threads, options.pass.field_timeout_s}));
  const Segmenter segmenter(screen, options, dna);
  store::Journal journal(comm, files.output, provenance, options.overwrite);
  const auto passed = pass.run(journal, segmentation(reader, segmenter, journal));
  report_failures(context, screen, passed.failures,
                  {files.failures, "segment", options.pass.max_failed_fields, 0});
  std::vector<store::FieldCells> mine;
  auto records = journal.take();
  mpi::together(comm, [&] { mine = cells_of(std::move(records)); });
  tell_offsets(context, screen, mine);
  apply_ceilings(comm, screen, mine);
  auto filters = options.filters;
  if (!options.masks.empty())
    filters.min_area_px = options.nuclei.min_area_px, filters.max_area_px = options.nuclei.max_area_px;
  const auto dropped = drop_cells(comm, screen, dna, filters, mine);
  mpi::on_root(comm, [&] { write_dropped(files.dropped, screen, dropped); });
  tell_dropped(context, dropped, files.dropped);
  std::int64_t count = 0;
  for (const auto& field : mine) count += static_cast<std::int64_t>(field.y.size());
  store::write_cell_table(comm, files.output, screen, std::move(mine), provenance);
  journal.remove();
  return {comm.sum(count), passed.failures.size(), dropped};
}

}  // namespace cytoscale::prepare
