#include "prepare/illuminate_screen.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/threads/worker_pool.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_reader.hpp"
#include "screen/plan.hpp"
#include "store/given_illumination.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/journal.hpp"

namespace cytoscale::prepare {
namespace {

constexpr std::size_t most_grid_bytes = std::size_t(128) << 20;  // of the plates of a pass

// A few plates at a time: their fields are summed by all ranks. Integer sums: any order gives the same bits.
// Memory holds the grids of these plates, and for each thread a plane and the grid of its field.
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
        plate_of_(plates_) {
    mpi::together(context.comm, [this] { pool_.emplace(options_.pass.threads); });
  }

  void run(store::Journal& journal) {
    double checked_s = context_.clock.now_s();
    Progress progress("illuminate", "plates", plates_.size(), context_.clock, context_.comm.root());
    for (PlateId next; next < plates_.size();) {
      progress.update(next);
      auto group = group_from(next, journal);
      if (group.empty()) continue;
      try {
        add_fields(group);
      } catch (const mpi::AgreedError& error) {
        if (error.exit_code() == exit_interrupted) keep_complete(std::move(group), journal);
        throw;
      }
      keep(group, journal);
      mpi::on_root(context_.comm, [&] {
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
  // Of a plate in a pass.
  struct Summed {
    PlateId plate;
    image::IlluminationSum sum;
  };

  std::vector<screen::FieldFailure> failed_in(const screen::Plate& plate) const {
    std::vector<screen::FieldFailure> failed;
    for (const auto& failure : failures_)
      if (failure.field >= plate.first_field && failure.field < plate.first_field + plate.field_count)
        failed.push_back(failure);
    return failed;
  }

  image::IlluminationSum empty_sum(PlateId plate) const {
    return {static_cast<int>(screen_.channels.size()), sizes_[plate], options_.illumination};
  }

  // The plates from `next` on that are summed in one pass, without those of an earlier run; `next` is then
  // the plate behind them. At the end of a pass ranks and threads wait for the last field, so it should have
  // many; a killed run loses a pass, a stopped one what keep_complete() leaves.
  std::vector<Summed> group_from(PlateId& next, const store::Journal& journal) const {
    const auto enough = static_cast<std::size_t>(options_.fields_per_thread * options_.pass.threads) *
                        static_cast<std::size_t>(context_.comm.size());
    std::vector<Summed> group;
    std::size_t fields = 0, bytes = 0;
    for (; next < plates_.size() && fields < enough && bytes < most_grid_bytes; ++next) {
      if (journal.has(next)) continue;
      group.push_back({next, empty_sum(next)});
      fields += plates_[next].field_count;
      bytes += group.back().sum.sums.size() * sizeof(std::int64_t);
    }
    return group;
  }

  // Those of this rank.
  void add_fields(std::vector<Summed>& group) {
    std::vector<image::IlluminationSum*> sum_of(plates_.size());
    for (auto& [plate, sum] : group) sum_of[plate] = &sum;
    std::mutex guard;
    FieldWork work;
    work.name = "illuminate";
    work.unit = "fields";
    work.units = [&](FieldId field) { return sum_of[plate_of_[field]] ? 1.0 : 0.0; };
    work.bytes = [this](FieldId field) { return reader_.bytes(field); };
    const auto &first = plates_[group.front().plate], &last = plates_[group.back().plate];
    work.fields = screen::Block{first.first_field, last.first_field + last.field_count};
    work.by_plate = false;
    work.shows_progress = false;
    work.prepare = [&](FieldId field, const Gain&, Claim& claim) -> Finish {
      auto own = empty_sum(plate_of_[field]);
      if (!reader_.read_planes(field, claim,
                               [&own](int channel, image::Plane& plane, const image::PlaneFacts&) {
                                 own.add(channel, plane);
                               }))
        return {};
      own.fields = 1;
      const std::lock_guard lock(guard);
      sum_of[plate_of_[field]]->add(own);
      return [](const Tick&) {};
    };
    store::NoLedger ledger;
    const auto passed = pass_.run(ledger, work, failures_.size());
    failures_.insert(failures_.end(), passed.failures.begin(), passed.failures.end());
  }

  void add_over_ranks(std::vector<Summed>& group) const {
    for (auto& [plate, sum] : group) {
      context_.comm.all_reduce(std::span(&sum.fields, 1), mpi::Reduction::sum);
      context_.comm.all_reduce(std::span(sum.sums), mpi::Reduction::sum);
    }
  }

  void keep(std::vector<Summed>& group, store::Journal& journal) {
    add_over_ranks(group);
    keep_summed(group, journal);
  }

  // Of a pass that was stopped: the plates all of whose fields have been read.
  void keep_complete(std::vector<Summed> group, store::Journal& journal) {
    add_over_ranks(group);
    std::erase_if(group, [this](const Summed& of) {
      return static_cast<std::size_t>(of.sum.fields) < plates_[of.plate].field_count;
    });
    keep_summed(group, journal);
    mpi::on_root(context_.comm, [&] { journal.checkpoint(); });
  }

  void keep_summed(const std::vector<Summed>& group, store::Journal& journal) {
    const auto functions = smooth(group);
    mpi::on_root(context_.comm, [&] {
      for (std::size_t i = 0; i < group.size(); ++i) {
        const auto& plate = plates_[group[i].plate];
        if (group[i].sum.fields == 0)
          context_.log.warning("plate " + plate.plate + ": no field can be read; it is not corrected");
        journal.write(plates_.size() + group[i].plate, screen::pack(failed_in(plate)));
        journal.write(group[i].plate, store::pack_illumination(functions[i]));
      }
    });
  }

  // The channels of all plates are shared out over the ranks and their threads. Collective: yes.
  std::vector<image::Illumination> smooth(const std::vector<Summed>& group) {
    std::vector<image::Illumination> functions;
    std::vector<std::pair<std::size_t, int>> channels;  // of which function
    for (const auto& [plate, sum] : group) {
      for (int c = 0; c < sum.channels && sum.fields > 0; ++c) channels.emplace_back(functions.size(), c);
      functions.push_back(image::flat_illumination(sum));
    }
    const auto mine = screen::block_of(channels.size(), context_.comm.rank(), context_.comm.size());
    std::vector<std::vector<float>> made(mine.last - mine.first);
    mpi::together(context_.comm, [&] {
      pool_->run(made.size(), [&](std::size_t item, int) {
        const auto [at, channel] = channels[mine.first + item];
        made[item] = image::make_gain(group[at].sum, channel, options_.illumination);
      });
    });
    std::vector<float> flat;
    for (const auto& gain : made) flat.insert(flat.end(), gain.begin(), gain.end());
    const auto all = context_.comm.gather_all(std::span<const float>(flat));
    auto from = all.begin();
    for (const auto& [at, channel] : channels) {
      const auto size = static_cast<std::ptrdiff_t>(functions[at].grid().pixels());
      std::copy(from, from + size, functions[at].gain.begin() + channel * size);
      from += size;
    }
    return functions;
  }

  const mpi::RunContext& context_;
  const screen::Screen& screen_;
  const IlluminateScreenOptions& options_;
  std::vector<screen::Plate> plates_;
  const std::vector<image::PictureSize>& sizes_;
  FieldReader reader_;
  FieldPass pass_;
  screen::PlateIndex plate_of_;
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
  if (options.source == IlluminationSource::manifest)
    return mpi::on_root(context.comm,
                        [&] { store::write_given_illumination(files.output, screen, sizes, provenance); });
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
