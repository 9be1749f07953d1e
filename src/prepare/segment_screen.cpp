#include "prepare/segment_screen.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/threads/dispatch.hpp"
#include "image/locations.hpp"
#include "image/quality.hpp"
#include "mpi/agree.hpp"
#include "mpi/work_counter.hpp"
#include "prepare/field_reader.hpp"
#include "screen/failures.hpp"
#include "screen/plan.hpp"
#include "store/illumination_file.hpp"

namespace cytoscale::prepare {
namespace {

// One rank's segmentation: shared state of its worker threads.
class Segmenter {
 public:
  Segmenter(const screen::Screen& screen, const SegmentScreenOptions& options,
            std::vector<image::PictureSize> sizes, std::size_t dna)
      : screen_(screen),
        options_(options),
        reader_(screen, std::move(sizes)),
        dna_(dna),
        illumination_(options.illumination, screen) {}

  // Main thread: illumination functions of the plates at hand are read before their fields are handed out.
  void prepare(std::size_t field) {
    const auto gain = illumination_.of(screen_.fields[field].plate);
    const std::lock_guard lock(guard_);
    handed_[field] = gain;
  }

  void work(std::size_t field) {
    try {
      auto cells = measure(field);
      const std::lock_guard lock(guard_);
      done_.push_back(std::move(cells));
    } catch (const Error& error) {
      const std::lock_guard lock(guard_);
      failures_.push_back(failure_of(screen_, field, error));
      store::FieldCells failed;
      failed.field = field;
      failed.failed = true;
      done_.push_back(std::move(failed));
    }
  }

  std::size_t done() {
    const std::lock_guard lock(guard_);
    return done_.size();
  }
  std::size_t failed() {
    const std::lock_guard lock(guard_);
    return failures_.size();
  }
  std::vector<store::FieldCells> take_cells() { return std::move(done_); }
  const std::vector<screen::FieldFailure>& failures() const { return failures_; }

 private:
  std::shared_ptr<const image::Illumination> gain_for(std::size_t field) {
    const std::lock_guard lock(guard_);
    const auto it = handed_.find(field);
    if (it == handed_.end()) return nullptr;
    auto gain = it->second;
    handed_.erase(it);
    return gain;
  }

  store::FieldCells measure(std::size_t field) {
    const auto gain = gain_for(field);
    auto loaded = reader_.read(field);
    store::FieldCells cells;
    cells.field = field;
    cells.height = loaded.image.height;
    cells.width = loaded.image.width;
    for (int c = 0; c < loaded.image.channels; ++c) {
      const auto quality =
          image::measure_quality(loaded.image.copy_plane(c), loaded.white_level[static_cast<std::size_t>(c)]);
      cells.focus_score.push_back(quality.focus_score);
      cells.saturated_fraction.push_back(quality.saturated_fraction);
    }
    if (gain) image::correct(loaded.image, *gain);
    options_.locations.empty() ? add_nuclei(cells, loaded.image.copy_plane(static_cast<int>(dna_)))
                               : import_cells(cells, field);
    return cells;
  }

  void add_nuclei(store::FieldCells& cells, const image::Plane& dna) const {
    for (const auto& nucleus : image::segment_nuclei(dna, options_.nuclei).nuclei) {
      add(cells, nucleus);
    }
  }

  void import_cells(store::FieldCells& cells, std::size_t field) const {
    const auto path = screen_.fill(options_.locations, field);
    auto centers = image::read_locations(path);
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
  FieldReader reader_;
  std::size_t dna_;
  store::PlateIllumination illumination_;  // main thread
  std::mutex guard_;                       // guards what follows
  std::map<std::size_t, std::shared_ptr<const image::Illumination>>
      handed_;  // by field, until its work begins
  std::vector<store::FieldCells> done_;
  std::vector<screen::FieldFailure> failures_;
};

void run_fields(const mpi::Communicator& comm, const screen::Screen& screen,
                const SegmentScreenOptions& options, Segmenter& segmenter, const Clock& clock) {
  const auto plan = screen::plan_shards(screen, comm.size());
  const auto& own = plan.fields[static_cast<std::size_t>(comm.rank())];
  const auto limit = screen::failure_limit(options.max_failed_fields, screen.fields.size());
  mpi::WorkCounter tail(comm, static_cast<std::int64_t>(plan.tail.size()));
  // Rank 0 sees its own fields only; its share of the total stands for the whole.
  Progress progress("segment", "fields", screen.fields.size(), clock, comm.root());
  std::size_t at = 0;
  const auto next = [&]() -> std::optional<std::size_t> {
    std::optional<std::size_t> field;
    while (!field && at < own.size()) field = own[at++];
    if (!field) {
      if (const auto item = tail.next()) field = plan.tail[static_cast<std::size_t>(*item)];
    }
    if (field) segmenter.prepare(*field);
    return field;
  };
  const auto work = [&](std::size_t field) {
    if (segmenter.failed() <= limit) segmenter.work(field);  // past it the run will stop: no need to read on
  };
  const auto tick = [&] {
    tail.serve();
    progress.update(std::min<std::uint64_t>(screen.fields.size(),
                                            segmenter.done() * static_cast<std::uint64_t>(comm.size())));
  };
  dispatch(options.threads, next, work, tick);
  progress.update(screen.fields.size());
  progress.finish();
}

}  // namespace

std::size_t dna_channel(const screen::Screen& screen, const std::string& name) {
  if (!name.empty()) return screen.channel(name);
  for (const char* usual : {"DNA", "DAPI", "Hoechst", "Nuclei", "OrigDNA"}) {
    const auto it = std::find(screen.channels.begin(), screen.channels.end(), usual);
    if (it != screen.channels.end()) return static_cast<std::size_t>(it - screen.channels.begin());
  }
  return 0;
}

std::vector<screen::FieldFailure> settle_failures(const mpi::Communicator& comm, const screen::Screen& screen,
                                                  const std::vector<screen::FieldFailure>& mine,
                                                  const std::string& limit,
                                                  const std::filesystem::path& path) {
  std::vector<screen::FieldFailure> all;
  for (const auto& text : comm.all_gather(screen::pack(mine))) {
    const auto some = screen::unpack_failures(text);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.field < b.field; });
  mpi::on_root(comm, [&] { screen::write_failures(path, screen, all); });
  mpi::together(comm, [&] {
    const auto allowed = screen::failure_limit(limit, screen.fields.size());
    if (all.size() <= allowed) return;
    throw Error(std::to_string(all.size()) + " fields cannot be read, " + std::to_string(allowed) +
                    " are allowed; the first is " + all.front().file + " (" + all.front().reason + ")",
                path.string(), "Mend the files listed there, or raise --max-failed-fields");
  });
  return all;
}

SegmentSummary segment_screen(const mpi::Communicator& comm, const screen::Screen& screen,
                              const SegmentScreenOptions& options, const std::filesystem::path& cells,
                              const std::filesystem::path& failures, const nlohmann::json& provenance,
                              const Clock& clock, Log& log) {
  std::size_t dna = 0;
  const auto sizes = sizes_by_plate(comm, screen);
  std::unique_ptr<Segmenter> segmenter;
  mpi::together(comm, [&] {
    options.nuclei.validate();
    screen::failure_limit(options.max_failed_fields, screen.fields.size());
    dna = dna_channel(screen, options.dna_channel);
    segmenter = std::make_unique<Segmenter>(screen, options, sizes, dna);
  });
  run_fields(comm, screen, options, *segmenter, clock);
  const auto failed =
      settle_failures(comm, screen, segmenter->failures(), options.max_failed_fields, failures);
  for (const auto& failure : failed) {
    log.info("left out: " + screen.name(failure.field) + ": " + failure.file + ": " + failure.reason);
  }
  auto mine = segmenter->take_cells();
  std::int64_t count = 0;
  for (const auto& field : mine) count += static_cast<std::int64_t>(field.y.size());
  store::write_cell_table(comm, cells, screen, std::move(mine), provenance);
  return {comm.sum(count), failed.size()};
}

}  // namespace cytoscale::prepare
