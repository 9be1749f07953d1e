#include "prepare/field_pass.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_order.hpp"
#include "prepare/field_reader.hpp"
#include "prepare/segment_screen.hpp"
#include "prepare/stop_flag.hpp"

namespace cytoscale::prepare {
namespace {

// What one rank does until there is nothing left to take, or some rank has failed.
class Worker {
 public:
  Worker(const mpi::Communicator& comm, const screen::Screen& screen, const store::CellTable& cells,
         const FieldPassOptions& options, store::PlateIllumination& illumination, const FieldWork& work,
         store::ResumableFieldFile& rows, FieldOrder& order, const StopFlag& stop)
      : comm_(comm),
        screen_(screen),
        cells_(cells),
        options_(options),
        illumination_(illumination),
        work_(work),
        rows_(rows),
        order_(order),
        stop_(stop),
        limit_(screen::failure_limit(options.max_failed_fields, screen.fields.size())) {}

  void run(const Clock& clock, Progress& progress) {
    ReadAhead ahead(options_.threads);
    checked_s_ = clock.now_s();
    if (comm_.root()) marked_ = rows_.cells_marked();
    bool more = true;
    while (true) {
      if (stop_.raised()) return;
      more = fill(ahead, more);
      if (ahead.asked() == 0) return;
      const PreparedField prepared = ahead.take(tick_);
      queued_bytes_ -= work_.bytes(prepared.field);
      finish(prepared);
      if (clock.now_s() - checked_s_ >= options_.checkpoint_s) checkpoint(clock);
      if (comm_.root()) show(progress);
    }
  }

  const std::vector<screen::FieldFailure>& failures() const { return failures_; }

 private:
  // Asks for fields as far as memory allows; false when there are no more. next_ holds one that had no room.
  bool fill(ReadAhead& ahead, bool more) {
    const auto budget = static_cast<std::size_t>(options_.queue_memory_mib) << 20;
    const std::size_t most = 2 * static_cast<std::size_t>(options_.threads) + 1;
    while (ahead.asked() < most) {
      if (!next_ && more) {
        if (order_.would_wait() && ahead.asked() > 0) return true;  // finish those first
        next_ = order_.next();
        more = next_.has_value();
      }
      if (!next_ || (ahead.asked() > 0 && queued_bytes_ + work_.bytes(*next_) > budget)) return more;
      ask(ahead, *next_);
      next_.reset();
    }
    return more;
  }

  void ask(ReadAhead& ahead, std::size_t field) {
    queued_bytes_ += work_.bytes(field);
    ahead.ask([this, field, gain = illumination_.of(screen_.fields[field].plate)] {
      PreparedField prepared{field, {}, {}};
      try {
        prepared.finish = work_.prepare(field, gain.get());
      } catch (const Error& error) {
        prepared.failure = failure_of(screen_, field, error);
      }
      return prepared;
    });
  }

  void finish(const PreparedField& prepared) {
    if (prepared.failure) {
      rows_.write_failed(prepared.field);
      failures_.push_back(*prepared.failure);
      if (failures_.size() > limit_) stop_.raise();  // the run will end with the error that counts them
    } else {
      prepared.finish(tick_);
    }
    finished_ += cells_.cells_of(prepared.field);
  }

  void checkpoint(const Clock& clock) {
    rows_.checkpoint();
    checked_s_ = clock.now_s();
    if (!comm_.root()) return;
    marked_ = rows_.cells_marked();  // of all ranks
    finished_ = 0;
  }

  void show(Progress& progress) {
    shown_ = std::clamp<std::int64_t>(marked_ + finished_, shown_, cells_.cells());
    progress.update(static_cast<std::uint64_t>(shown_));
  }

  const mpi::Communicator& comm_;
  const screen::Screen& screen_;
  const store::CellTable& cells_;
  const FieldPassOptions& options_;
  store::PlateIllumination& illumination_;
  const FieldWork& work_;
  store::ResumableFieldFile& rows_;
  FieldOrder& order_;
  const StopFlag& stop_;
  const Tick tick_ = [this] { order_.serve(); };
  std::size_t limit_;
  std::optional<std::size_t> next_;
  std::size_t queued_bytes_ = 0;
  std::vector<screen::FieldFailure> failures_;
  std::int64_t finished_ = 0, marked_ = 0, shown_ = 0;
  double checked_s_ = 0;
};

// Any exception becomes an Error, so that all ranks can meet: one that unwinds past a file opened in parallel
// hangs.
std::optional<Error> caught(const std::string& where, const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& other) {
    return Error(std::string("unexpected failure: ") + other.what(), where);
  }
  return std::nullopt;
}

std::vector<double> cells_to_do(const store::CellTable& cells, const store::ResumableFieldFile& rows) {
  std::vector<double> cost;
  for (std::size_t f = 0; f < cells.fields(); ++f) {
    cost.push_back(rows.done(f) ? 0.0 : static_cast<double>(cells.cells_of(f)));
  }
  return cost;
}

// Lists this run's failures beside those of segment, and stops when they are too many.
void settle(const mpi::Communicator& comm, const screen::Screen& screen, const store::CellTable& cells,
            std::vector<screen::FieldFailure> mine, const std::string& limit,
            const std::filesystem::path& path, Log& log) {
  for (const auto& failure : mine) {
    log.warning(screen.name(failure.field) + ": " + failure.file + ": " + failure.reason +
                "; its cells are left out");
  }
  mpi::on_root(comm, [&] {
    for (auto& failure : screen::read_failures(path, screen)) {
      if (cells.failed[failure.field]) mine.push_back(std::move(failure));
    }
  });
  settle_failures(comm, screen, mine, limit, path);
}

}  // namespace

void FieldPassOptions::validate() const {
  if (queue_memory_mib < 1) throw Error("at least 1 MiB is needed", "--queue-memory");
  screen::failure_limit(max_failed_fields, 1);
}

FieldPass::FieldPass(const mpi::Communicator& comm, const screen::Screen& screen,
                     const store::CellTable& cells, const FieldPassOptions& options,
                     const FieldPassFiles& files)
    : comm_(comm),
      screen_(screen),
      cells_(cells),
      options_(options),
      files_(files),
      illumination_(files.illumination, screen) {
  options.validate();
  if (comm.root()) StopFlag(files.output).lower();
}

FieldPassResult FieldPass::run(store::ResumableFieldFile& rows, const FieldWork& work, const Clock& clock,
                               Log& log) {
  FieldPassResult result;
  result.fields_done_before = rows.fields_done_before();
  if (result.fields_done_before > 0) {
    log.info("continuing an interrupted run: " + count_text(result.fields_done_before) +
             " fields are complete");
  }
  const StopFlag stop(files_.output);
  FieldOrder order(comm_, screen_, cells_to_do(cells_, rows));
  Worker worker(comm_, screen_, cells_, options_, illumination_, work, rows, order, stop);
  Progress progress(work.name, work.unit, static_cast<std::uint64_t>(cells_.cells()), clock, comm_.root());
  auto problem = caught(work.name, [&] { worker.run(clock, progress); });
  if (problem) stop.raise();
  order.drain();
  const auto late = caught(work.name, [&] { rows.checkpoint(); });
  if (!problem) problem = late;
  comm_.barrier();  // nobody looks at the flag any more
  if (comm_.root()) stop.lower();
  mpi::agree(comm_, problem);
  result.failed_fields =
      static_cast<std::size_t>(comm_.sum(static_cast<std::int64_t>(worker.failures().size())));
  if (result.failed_fields > 0) {
    settle(comm_, screen_, cells_, worker.failures(), options_.max_failed_fields, files_.failures, log);
  }
  rows.close();
  progress.update(static_cast<std::uint64_t>(cells_.cells()));
  progress.finish();
  return result;
}

}  // namespace cytoscale::prepare
