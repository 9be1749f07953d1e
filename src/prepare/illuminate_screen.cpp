#include "prepare/illuminate_screen.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/threads/worker_pool.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_reader.hpp"
#include "screen/plan.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/journal.hpp"

namespace cytoscale::prepare {
namespace {

// A plate at a time: its fields are summed by all ranks. Integer sums: any order gives the same bits.
// Memory holds the grid of a plate, and of each thread a plane and the grid of its field.
class Illuminator {
 public:
  Illuminator(const mpi::RunContext& context, const screen::Screen& screen,
              const IlluminateScreenOptions& options, const std::vector<image::PictureSize>& sizes)
      : context_(context),
        screen_(screen),
        options_(options),
        plates_(screen::plates_of(screen)),
        sizes_(sizes),
        reader_(screen, sizes),
        pass_(context, screen, options.pass),
        mine_(screen::block_of(screen.channels.size(), context.comm.rank(), context.comm.size())) {
    mpi::together(context.comm, [this] { pool_.emplace(options_.pass.threads); });
  }

  void run(store::Journal& journal) {
    double checked_s = context_.clock.now_s();
    Progress progress("illuminate", "plates", plates_.size(), context_.clock, context_.comm.root());
    for (std::size_t p = 0; p < plates_.size(); ++p) {
      progress.update(p);
      if (journal.has(p)) continue;
      const auto sum = sum_plate(p);
      const auto gain = smooth(sum);
      mpi::on_root(context_.comm, [&] {
        if (sum.fields == 0)
          context_.log.warning("plate " + plates_[p].plate + ": no field can be read; it is not corrected");
        journal.write(plates_.size() + p, screen::pack(failed_in(plates_[p])));
        journal.write(p, store::pack_illumination(gain));
        if (context_.clock.now_s() - checked_s < options_.pass.checkpoint_s) return;
        journal.checkpoint();
        checked_s = context_.clock.now_s();
      });
    }
    mpi::on_root(context_.comm, [&] { journal.checkpoint(); });
    progress.update(plates_.size());
    progress.finish();
  }

  // What the journal holds: plates are numbered as in the screen, their failures follow from number plates
  // on.
  void write(const store::Journal& journal, store::IlluminationWriter& writer) const {
    journal.each([&](const store::Record& record) {
      if (record.item < plates_.size())
        writer.add(plates_[record.item].plate, store::unpack_illumination(record.content));
    });
    writer.commit();
  }
  std::vector<screen::FieldFailure> failures_in(const store::Journal& journal) const {
    std::vector<screen::FieldFailure> all;
    journal.each([&](const store::Record& record) {
      if (record.item < plates_.size()) return;
      const auto some = screen::unpack_failures(record.content);
      all.insert(all.end(), some.begin(), some.end());
    });
    return all;
  }

 private:
  std::vector<screen::FieldFailure> failed_in(const screen::Plate& plate) const {
    std::vector<screen::FieldFailure> failed;
    for (const auto& failure : failures_)
      if (failure.field >= plate.first_field && failure.field < plate.first_field + plate.field_count)
        failed.push_back(failure);
    return failed;
  }

  image::IlluminationSum empty_sum(std::size_t plate) const {
    return {static_cast<int>(screen_.channels.size()), sizes_[plate], options_.illumination};
  }

  image::IlluminationSum sum_plate(std::size_t plate) {
    auto sum = empty_sum(plate);
    std::mutex guard;
    const auto& fields = plates_[plate];
    FieldWork work;
    work.name = "illuminate " + fields.plate;
    work.unit = "fields";
    work.units = [&](FieldId field) {
      return field >= fields.first_field && field < fields.first_field + fields.field_count ? 1.0 : 0.0;
    };
    work.bytes = [this](FieldId field) { return reader_.bytes(field); };
    work.by_plate = false;
    work.shows_progress = false;
    work.prepare = [&](FieldId field, const Gain&, Claim& claim) -> Finish {
      auto own = empty_sum(plate);
      if (!reader_.read_planes(field, claim,
                               [&own](int channel, image::Plane& plane, float) { own.add(channel, plane); }))
        return {};
      own.fields = 1;
      const std::lock_guard lock(guard);
      sum.add(own);
      return [](const Tick&) {};
    };
    store::NoLedger ledger;
    const auto passed = pass_.run(ledger, work, failures_.size());
    failures_.insert(failures_.end(), passed.failures.begin(), passed.failures.end());
    context_.comm.all_reduce(std::span(&sum.fields, 1), mpi::Reduction::sum);
    context_.comm.all_reduce(std::span(sum.sums), mpi::Reduction::sum);
    return sum;
  }

  // Channels are shared out over the ranks and their threads. Collective: yes.
  image::Illumination smooth(const image::IlluminationSum& sum) {
    auto result = image::flat_illumination(sum);
    if (sum.fields == 0) return result;
    const auto size = result.grid().pixels();
    std::vector<float> gains((mine_.last - mine_.first) * size);
    mpi::together(context_.comm, [&] {
      pool_->run(mine_.last - mine_.first, [&](std::size_t item, int) {
        const auto channel = static_cast<int>(mine_.first + item);
        const auto gain = image::make_gain(sum, channel, options_.illumination);
        std::copy(gain.begin(), gain.end(), gains.begin() + static_cast<std::ptrdiff_t>(item * size));
      });
    });
    result.gain = context_.comm.gather_all(std::span<const float>(gains));
    return result;
  }

  const mpi::RunContext& context_;
  const screen::Screen& screen_;
  const IlluminateScreenOptions& options_;
  std::vector<screen::Plate> plates_;
  const std::vector<image::PictureSize>& sizes_;
  FieldReader reader_;
  FieldPass pass_;
  screen::Block mine_;  // of the channels, for smoothing
  std::optional<WorkerPool> pool_;
  std::vector<screen::FieldFailure> failures_;
};

}  // namespace

void IlluminateScreenOptions::validate() const {
  illumination.validate();
  pass.validate();
}

void illuminate_screen(const mpi::RunContext& context, const screen::Screen& screen,
                       const IlluminateScreenOptions& options, const FieldFiles& files,
                       const nlohmann::json& provenance) {
  mpi::together(context.comm, [&] { options.validate(); });
  const auto sizes =
      sizes_by_plate(context.comm, screen, {options.pass.threads, options.pass.field_timeout_s});
  Illuminator illuminator(context, screen, options, sizes);
  store::Journal journal(context.comm, files.output, provenance, options.overwrite);
  illuminator.run(journal);
  std::vector<screen::FieldFailure> mine;
  mpi::on_root(context.comm, [&] { mine = illuminator.failures_in(journal); });
  report_failures(context, screen, gather_failures(context.comm, mine),
                  {files.failures, "illuminate", options.pass.max_failed_fields, 0});
  mpi::on_root(context.comm, [&] {
    store::IlluminationWriter writer(files.output, screen, provenance);
    illuminator.write(journal, writer);
  });
  journal.remove();
}

}  // namespace cytoscale::prepare
