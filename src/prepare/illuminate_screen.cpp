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
        plate_of_(plate_of_field(screen)) {
    mpi::together(context.comm, [this] { pool_.emplace(options_.pass.threads); });
  }

  void run(store::Journal& journal) {
    double checked_s = context_.clock.now_s();
    Progress progress("illuminate", "plates", plates_.size(), context_.clock, context_.comm.root());
    for (PlateId next; next < plates_.size();) {
      progress.update(next);
      const auto group = group_from(next, journal);
      if (group.empty()) continue;
      const auto sums = sum_fields(group);
      const auto functions = smooth(sums);
      mpi::on_root(context_.comm, [&] {
        for (std::size_t i = 0; i < group.size(); ++i) keep(group[i], sums[i], functions[i], journal);
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

  void keep(PlateId plate, const image::IlluminationSum& sum, const image::Illumination& function,
            store::Journal& journal) const {
    if (sum.fields == 0)
      context_.log.warning("plate " + plates_[plate].plate + ": no field can be read; it is not corrected");
    journal.write(plates_.size() + plate, screen::pack(failed_in(plates_[plate])));
    journal.write(plate, store::pack_illumination(function));
  }

  image::IlluminationSum empty_sum(PlateId plate) const {
    return {static_cast<int>(screen_.channels.size()), sizes_[plate], options_.illumination};
  }

  // The plates from `next` on that are summed in one pass, without those of an earlier run; `next` is then
  // the plate behind them. At the end of a pass ranks and threads wait for the last field, so it should have
  // many; a killed run loses a pass.
  std::vector<PlateId> group_from(PlateId& next, const store::Journal& journal) const {
    const auto enough = static_cast<std::size_t>(options_.fields_per_thread * options_.pass.threads) *
                        static_cast<std::size_t>(context_.comm.size());
    std::vector<PlateId> group;
    std::size_t fields = 0, bytes = 0;
    for (; next < plates_.size() && fields < enough && bytes < most_grid_bytes; ++next) {
      if (journal.has(next)) continue;
      group.push_back(next);
      fields += plates_[next].field_count;
      bytes += empty_sum(next).sums.size() * sizeof(std::int64_t);
    }
    return group;
  }

  std::vector<image::IlluminationSum> sum_fields(const std::vector<PlateId>& group) {
    std::vector<image::IlluminationSum> sums;
    std::vector<std::optional<std::size_t>> place(plates_.size());  // in the group
    for (const auto plate : group) {
      place[plate] = sums.size();
      sums.push_back(empty_sum(plate));
    }
    std::mutex guard;
    FieldWork work;
    work.name = "illuminate";
    work.unit = "fields";
    work.units = [&](FieldId field) { return place[plate_of_[field]] ? 1.0 : 0.0; };
    work.bytes = [this](FieldId field) { return reader_.bytes(field); };
    work.by_plate = false;
    work.shows_progress = false;
    work.prepare = [&](FieldId field, const Gain&, Claim& claim) -> Finish {
      auto own = empty_sum(plate_of_[field]);
      if (!reader_.read_planes(field, claim,
                               [&own](int channel, image::Plane& plane, float) { own.add(channel, plane); }))
        return {};
      own.fields = 1;
      const std::lock_guard lock(guard);
      sums[*place[plate_of_[field]]].add(own);
      return [](const Tick&) {};
    };
    store::NoLedger ledger;
    const auto passed = pass_.run(ledger, work, failures_.size());
    failures_.insert(failures_.end(), passed.failures.begin(), passed.failures.end());
    for (auto& sum : sums) {
      context_.comm.all_reduce(std::span(&sum.fields, 1), mpi::Reduction::sum);
      context_.comm.all_reduce(std::span(sum.sums), mpi::Reduction::sum);
    }
    return sums;
  }

  // The channels of all plates are shared out over the ranks and their threads. Collective: yes.
  std::vector<image::Illumination> smooth(const std::vector<image::IlluminationSum>& sums) {
    std::vector<image::Illumination> functions;
    std::vector<std::pair<std::size_t, int>> channels;  // of which function
    for (const auto& sum : sums) {
      for (int c = 0; c < sum.channels && sum.fields > 0; ++c) channels.emplace_back(functions.size(), c);
      functions.push_back(image::flat_illumination(sum));
    }
    const auto mine = screen::block_of(channels.size(), context_.comm.rank(), context_.comm.size());
    std::vector<std::vector<float>> made(mine.last - mine.first);
    mpi::together(context_.comm, [&] {
      pool_->run(made.size(), [&](std::size_t item, int) {
        const auto [at, channel] = channels[mine.first + item];
        made[item] = image::make_gain(sums[at], channel, options_.illumination);
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
  std::vector<PlateId> plate_of_;  // by field
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
