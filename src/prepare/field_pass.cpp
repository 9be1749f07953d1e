#include "prepare/field_pass.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/system/stop_request.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"
#include "mpi/pulse.hpp"
#include "prepare/field_order.hpp"

namespace cytoscale::prepare {
namespace {

struct Prepared {
  std::optional<screen::FieldFailure> failure;  // it could not be read …
  Finish finish;                                // … or else what the main thread does with it
  double seconds = 0;                           // that took a thread
};

// What is summed over the ranks.
enum Count : std::size_t { units_done, fields_failed, fields_stuck, errors, stops, ranks_finished, counts };

// Sums over all fields, as rank 0 reckons them.
struct Outlook {
  double units_before = 0, units_total = 0;
  std::size_t fields_before = 0;  // that were done and had something to do
};

screen::Block fields_of(const screen::Screen& screen, const FieldWork& work) {
  return work.fields.value_or(screen::Block{0, screen.fields.size()});
}

Outlook outlook_of(const mpi::Communicator& comm, screen::Block fields, const store::FieldLedger& ledger,
                   const FieldWork& work) {
  std::vector<Outlook> outlook(1);
  mpi::on_root(comm, [&] {
    for (FieldId f(fields.first); f < fields.last; ++f) {
      const double units = work.units(f);
      outlook[0].units_total += units;
      if (!ledger.done(f)) continue;
      outlook[0].units_before += units;
      outlook[0].fields_before += units > 0;
    }
  });
  comm.broadcast_values(outlook);
  return outlook[0];
}

FieldUnits units_to_do(const store::FieldLedger& ledger, const FieldWork& work) {
  return [&ledger, &work](FieldId field) { return ledger.done(field) ? 0.0 : work.units(field); };
}

FieldShare share_of(const mpi::Communicator& comm, const screen::Screen& screen,
                    const store::FieldLedger& ledger, const FieldWork& work) {
  const auto units = units_to_do(ledger, work);
  return work.by_plate ? by_plate(comm, screen, units, work.groups)
                       : in_blocks(comm, fields_of(screen, work), units);
}

}  // namespace

// One rank's part.
class FieldPass::Worker {
 public:
  Worker(FieldPass& pass, store::FieldLedger& ledger, const FieldWork& work, const Outlook& outlook,
         std::size_t known_failures)
      : comm_(pass.context_.comm),
        clock_(pass.context_.clock),
        timings_(pass.context_.timings),
        screen_(pass.screen_),
        options_(pass.options_),
        illumination_(pass.illumination_),
        ledger_(ledger),
        work_(work),
        order_(comm_, share_of(comm_, screen_, ledger, work), units_to_do(ledger, work)),
        pulse_(comm_, counts),
        known_failures_(known_failures),
        allowed_(screen::failure_limit(options_.max_failed_fields, screen_.fields.size())),
        outlook_(outlook) {}

  // Until all ranks have nothing left to do, or all have seen why to end before.
  void run() {
    Progress progress(work_.name, work_.unit, static_cast<std::uint64_t>(outlook_.units_total), clock_,
                      comm_.root() && work_.shows_progress);
    problem_ = mpi::failure_in([&] { queue_.emplace(options_.threads); });
    checked_s_ = clock_.now_s();
    while (!over()) {
      const bool busy = !problem_ && step();
      if (clock_.now_s() - checked_s_ >= options_.checkpoint_s) checkpoint();
      show(progress);
      if (busy) continue;
      const TimeSpent waiting(timings_, clock_, "wait for ranks");
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    order_.drain();
    queue_.reset();
    checkpoint();
    show(progress);
    if (!ended_early()) progress.finish();
  }

  const std::optional<mpi::Failure>& problem() const { return problem_; }
  const std::vector<screen::FieldFailure>& failures() const { return failures_; }
  int stopped() const { return static_cast<int>(sum(stops)); }

 private:
  std::int64_t sum(Count count) const { return pulse_.sums()[count]; }
  bool too_many() const {
    return sum(fields_failed) > 0 &&
           known_failures_ + static_cast<std::size_t>(sum(fields_failed)) > allowed_;
  }
  bool ended_early() const { return sum(errors) > 0 || sum(stops) > 0 || too_many(); }

  // The same on all ranks, since it is judged by the same round's sums.
  bool over() {
    order_.serve();
    const bool idle =
        (!more_ || order_.would_wait()) && !next_ && (!queue_ || queue_->asked() == 0) && settled_;
    const std::int64_t mine[counts] = {static_cast<std::int64_t>(finished_),
                                       static_cast<std::int64_t>(failures_.size()),
                                       stuck_,
                                       problem_ ? 1 : 0,
                                       stop_requested() ? stop_signal() : 0,
                                       idle || problem_ ? 1 : 0};
    if (!pulse_.advance(mine, idle)) return false;
    return ended_early() || sum(ranks_finished) == comm_.size();
  }

  void show(Progress& progress) const {
    progress.update(static_cast<std::uint64_t>(outlook_.units_before) +
                    static_cast<std::uint64_t>(sum(units_done)));
  }

  // Asks for fields, and finishes the oldest; false where there is nothing to do.
  bool step() {
    bool busy = false;
    problem_ = mpi::failure_in([&] {
      fill();
      busy = queue_->asked() > 0 || !settled_;
      if (queue_->asked() == 0) return settle();
      finish(asked_.front(), take());
    });
    return busy;
  }

  std::optional<Prepared> take() {
    const TimeSpent waiting(timings_, clock_, "wait for fields");
    return queue_->take([this] { tick(); }, options_.field_timeout_s);
  }

  // Ranks that wait for this one: for fields of the shared tail, for a round of the pulse.
  void tick() { order_.serve(); }

  // As far as memory allows. next_ holds a field that had no room.
  void fill() {
    const auto budget = static_cast<std::size_t>(options_.queue_memory_mib) << 20;
    const std::size_t most = 2 * static_cast<std::size_t>(options_.threads) + 1;
    while (queue_->asked() < most) {
      if (!next_ && more_) {
        if (order_.would_wait()) return;  // there is nothing left but to wait for other ranks
        next_ = order_.next();
        more_ = next_.has_value();
      }
      if (!next_ || (queue_->asked() > 0 && queued_bytes_ + work_.bytes(*next_) > budget)) return;
      ask(*next_);
      next_.reset();
    }
  }

  void ask(FieldId field) {
    queued_bytes_ += work_.bytes(field);
    asked_.push_back(field);
    // Copies of what a read that hangs must not lose: this pass may be gone when it returns.
    queue_->ask([&screen = screen_, &work = work_, field,
                 gain = illumination_.of(screen_.fields.plates()[field])](Claim& claim) {
      Prepared prepared;
      const SteadyClock clock;  // its own: that of the pass may be gone, too
      const double start_s = clock.now_s();
      try {
        prepared.finish = work.prepare(field, gain, claim);
      } catch (const Error& error) {
        if (claim.keep()) prepared.failure = failure_of(screen, field, error);
      }
      prepared.seconds = clock.now_s() - start_s;
      return prepared;
    });
  }

  void finish(FieldId field, const std::optional<Prepared>& prepared) {
    asked_.pop_front();
    queued_bytes_ -= work_.bytes(field);
    if (prepared && timings_) timings_->add("prepare fields, threads", prepared->seconds);
    if (!prepared) {
      fail({field, screen_.fields.images().front()[field].path.string(),
            "reading it did not end within " + number_text(options_.field_timeout_s) +
                " s (--field-timeout)"});
      ++stuck_;
    } else if (prepared->failure) {
      fail(*prepared->failure);
    } else {
      settled_ = false;
      const TimeSpent finishing(timings_, clock_, "finish fields");
      prepared->finish([this] { tick(); });
    }
    finished_ += work_.units(field);
  }

  void settle() {
    const TimeSpent finishing(timings_, clock_, "finish fields");
    if (!settled_ && work_.settle) work_.settle([this] { tick(); });
    settled_ = true;
  }

  void fail(const screen::FieldFailure& failure) {
    ledger_.write_failed(failure.field);
    failures_.push_back(failure);
  }

  void checkpoint() {
    const TimeSpent saving(timings_, clock_, "save");
    checked_s_ = clock_.now_s();
    const auto failure = mpi::failure_in([&] { ledger_.checkpoint(); });
    if (!problem_) problem_ = failure;
  }

  const mpi::Communicator& comm_;
  const Clock& clock_;
  Timings* timings_;
  const screen::Screen& screen_;
  const FieldPassOptions& options_;
  store::PlateIllumination& illumination_;
  store::FieldLedger& ledger_;
  const FieldWork& work_;
  FieldOrder order_;
  mpi::Pulse pulse_;
  std::size_t known_failures_, allowed_;
  Outlook outlook_;
  double finished_ = 0, checked_s_ = 0;
  std::deque<FieldId> asked_;
  std::optional<FieldId> next_;
  bool more_ = true, settled_ = true;
  std::size_t queued_bytes_ = 0;
  std::int64_t stuck_ = 0;
  std::vector<screen::FieldFailure> failures_;
  std::optional<mpi::Failure> problem_;
  std::optional<TaskQueue<Prepared>> queue_;
};

void FieldPassOptions::validate() const {
  if (queue_memory_mib < 1) throw Error("at least 1 MiB is needed", "--queue-memory");
  if (!(field_timeout_s >= 0))
    throw Error("a time is 0 or more seconds", "--field-timeout", "0 means no limit");
  screen::failure_limit(max_failed_fields, 1);
}

FieldPass::FieldPass(const mpi::RunContext& context, const screen::Screen& screen,
                     const FieldPassOptions& options, const std::filesystem::path& illumination)
    : context_(context), screen_(screen), options_(options), illumination_({}, screen) {
  mpi::together(context.comm, [&] {
    options.validate();
    illumination_ = store::PlateIllumination(illumination, screen);
  });
}
FieldPass::~FieldPass() = default;

FieldPassResult FieldPass::run(store::FieldLedger& ledger, const FieldWork& work,
                               std::size_t known_failures) {
  const auto& comm = context_.comm;
  FieldPassResult result;
  const auto outlook = outlook_of(comm, fields_of(screen_, work), ledger, work);
  result.fields_done_before = outlook.fields_before;
  if (result.fields_done_before > 0)
    context_.log.info("continuing an interrupted run: " + count_text(result.fields_done_before) +
                      " fields are complete");
  Worker worker(*this, ledger, work, outlook, known_failures);
  worker.run();
  mpi::agree(comm, worker.problem());
  result.failures = gather_failures(comm, worker.failures());
  if (worker.stopped() != 0)
    throw mpi::AgreedError(exit_interrupted,
                           "stopped by " +
                               signal_name(static_cast<int>(comm.max(stop_requested() ? stop_signal() : 0))) +
                               " in " + work.name + "; what is finished is saved",
                           {}, "Run the same command again: it goes on");
  return result;
}

}  // namespace cytoscale::prepare
