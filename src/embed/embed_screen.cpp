#include "embed/embed_screen.hpp"

#include <algorithm>
#include <memory>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "embed/crop_ahead.hpp"
#include "embed/field_order.hpp"
#include "embed/stop_flag.hpp"
#include "mpi/agree.hpp"
#include "prepare/segment.hpp"
#include "store/embedding_file.hpp"
#include "store/illumination_file.hpp"

namespace cytoscale {
namespace {

// What one rank works with.
class Embedder {
 public:
  Embedder(const Communicator& comm, const Screen& screen, const CellTable& cells, Encoder& encoder,
           const EmbedOptions& options, const EmbedFiles& files)
      : comm_(comm),
        screen_(screen),
        cells_(cells),
        encoder_(encoder),
        options_(options),
        stop_(files.embeddings) {
    if (static_cast<std::size_t>(encoder.channels()) != screen.channels.size()) {
      throw Error("the network takes " + std::to_string(encoder.channels()) + " channels, the screen has " +
                      std::to_string(screen.channels.size()),
                  "embed", "Choose --channels, or a model trained on these");
    }
    limit_ = failure_limit(options.max_failed_fields, screen.fields.size());
    settings_ = {encoder.crop_px(), encoder.normalisation()};
    if (files.illumination.empty()) return;
    illumination_ = std::make_unique<IlluminationReader>(files.illumination);
    illumination_->check_matches(screen);
  }

  // Until there is nothing left to take, or some rank has failed.
  void run(EmbeddingWriter& writer, FieldOrder& order, const Clock& clock, Progress& progress) {
    CropAhead ahead(options_.threads);
    const std::function<void()> tick = [&] { order.serve(); };
    checked_s_ = clock.now_s();
    if (comm_.root()) marked_ = writer.cells_marked();
    bool more = true;
    while (true) {
      if (stop_.raised()) return;
      more = fill(ahead, order, more);
      if (ahead.asked() == 0) return;
      CroppedField cropped = ahead.take(tick);
      queued_bytes_ -= bytes_of(cropped.field);
      finish_field(writer, order, cropped);
      if (clock.now_s() - checked_s_ >= options_.checkpoint_s) checkpoint(writer, clock);
      if (comm_.root()) show(progress);
    }
  }

  void stop_all() { stop_.raise(); }
  const StopFlag& stop() const { return stop_; }
  std::int64_t encoded() const { return encoded_; }
  const std::vector<FieldFailure>& failures() const { return failures_; }

 private:
  std::size_t bytes_of(std::size_t field) const {
    return crop_bytes(cells_.cells_of(field), screen_.channels.size(), settings_.crop_px);
  }

  // Asks for fields as far as memory allows; false when there are no more. next_ holds one that had no room.
  bool fill(CropAhead& ahead, FieldOrder& order, bool more) {
    const auto budget = static_cast<std::size_t>(options_.queue_memory_mib) << 20;
    const std::size_t most = 2 * static_cast<std::size_t>(options_.threads) + 1;
    while (ahead.asked() < most) {
      if (!next_ && more) {
        if (order.would_wait() && ahead.asked() > 0) return true;  // finish those first
        next_ = order.next();
        more = next_.has_value();
      }
      if (!next_ || (ahead.asked() > 0 && queued_bytes_ + bytes_of(*next_) > budget)) return more;
      ask(ahead, *next_);
      next_.reset();
    }
    return more;
  }

  void ask(CropAhead& ahead, std::size_t field) {
    const auto& plate = screen_.fields[field].plate;
    if (illumination_ && (!gain_ || plate != gain_plate_)) {
      gain_ = std::make_shared<Illumination>(illumination_->read(plate));
      gain_plate_ = plate;
    }
    queued_bytes_ += bytes_of(field);
    ahead.ask(
        [this, field, gain = gain_] { return crop_field(screen_, cells_, field, gain.get(), settings_); });
  }

  void finish_field(EmbeddingWriter& writer, FieldOrder& order, const CroppedField& cropped) {
    if (cropped.failure) {
      writer.write_failed(cropped.field);
      failures_.push_back(*cropped.failure);
      if (failures_.size() > limit_) stop_.raise();  // the run will end with the error that counts them
    } else {
      writer.write(cropped.field, encode(cropped, order));
    }
    finished_ += cells_.cells_of(cropped.field);
  }

  std::span<const float> encode(const CroppedField& cropped, FieldOrder& order) {
    const auto count = static_cast<std::size_t>(cells_.cells_of(cropped.field));
    const std::size_t crop = cropped.crops.size() / std::max<std::size_t>(1, count);
    const std::size_t width = encoder_.feature_names().size(),
                      step = static_cast<std::size_t>(options_.batch);
    features_.resize(count * width);
    for (std::size_t first = 0; first < count; first += step) {
      const std::size_t some = std::min(step, count - first);
      encoder_.encode(std::span(cropped.crops).subspan(first * crop, some * crop), some,
                      std::span(features_).subspan(first * width, some * width));
      order.serve();
    }
    encoded_ += static_cast<std::int64_t>(count);
    return features_;
  }

  void checkpoint(EmbeddingWriter& writer, const Clock& clock) {
    writer.checkpoint();
    checked_s_ = clock.now_s();
    if (!comm_.root()) return;
    marked_ = writer.cells_marked();  // of all ranks
    finished_ = 0;
  }

  void show(Progress& progress) {
    shown_ = std::clamp<std::int64_t>(marked_ + finished_, shown_, cells_.cells());
    progress.update(static_cast<std::uint64_t>(shown_));
  }

  const Communicator& comm_;
  const Screen& screen_;
  const CellTable& cells_;
  Encoder& encoder_;
  const EmbedOptions& options_;
  StopFlag stop_;
  CropSettings settings_;
  std::size_t limit_ = 0;
  std::unique_ptr<IlluminationReader> illumination_;
  std::string gain_plate_;
  std::shared_ptr<const Illumination> gain_;
  std::optional<std::size_t> next_;
  std::size_t queued_bytes_ = 0;
  std::vector<float> features_;
  std::vector<FieldFailure> failures_;
  std::int64_t encoded_ = 0, finished_ = 0, marked_ = 0, shown_ = 0;
  double checked_s_ = 0;
};

// Any exception becomes an Error, so that all ranks can meet: one that unwinds past a file opened in parallel
// hangs.
std::optional<Error> caught(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& other) {
    return Error(std::string("unexpected failure: ") + other.what(), "embed");
  }
  return std::nullopt;
}

std::vector<double> cells_to_do(const CellTable& cells, const EmbeddingWriter& writer) {
  std::vector<double> cost;
  for (std::size_t f = 0; f < cells.fields(); ++f) {
    cost.push_back(writer.done(f) ? 0.0 : static_cast<double>(cells.cells_of(f)));
  }
  return cost;
}

// Lists this run's failures beside those of segment, and stops when they are too many.
void settle(const Communicator& comm, const Screen& screen, const CellTable& cells,
            std::vector<FieldFailure> mine, const EmbedOptions& options, const EmbedFiles& files, Log& log) {
  for (const auto& failure : mine) {
    log.warning(screen.name(failure.field) + ": " + failure.file + ": " + failure.reason +
                "; its cells get no features");
  }
  on_root(comm, [&] {
    for (auto& failure : read_failures(files.failures, screen)) {
      if (cells.failed[failure.field]) mine.push_back(std::move(failure));
    }
  });
  settle_failures(comm, screen, mine, options.max_failed_fields, files.failures);
}

}  // namespace

void EmbedOptions::validate() const {
  if (batch < 1) throw Error("the batch must hold at least one cell", "--embed-batch");
  if (queue_memory_mib < 1) throw Error("at least 1 MiB is needed", "--queue-memory");
  failure_limit(max_failed_fields, 1);
}

EmbedResult embed_screen(const Communicator& comm, const Screen& screen, const CellTable& cells,
                         Encoder& encoder, const EmbedOptions& options, const EmbedFiles& files,
                         const nlohmann::json& provenance, const Clock& clock, Log& log) {
  std::unique_ptr<Embedder> embedder;
  together(comm, [&] {
    options.validate();
    embedder = std::make_unique<Embedder>(comm, screen, cells, encoder, options, files);
    if (comm.root()) embedder->stop().lower();
  });
  const EmbeddingLayout layout{encoder.feature_names(), encoder.feature_layers(), options.float16,
                               provenance};
  EmbeddingWriter writer(comm, files.embeddings, screen, cells, layout);
  EmbedResult result;
  result.fields_done_before = writer.fields_done_before();
  if (result.fields_done_before > 0) {
    log.info("continuing an interrupted run: " + count_text(result.fields_done_before) +
             " fields are complete");
  }
  FieldOrder order(comm, screen, cells_to_do(cells, writer));
  Progress progress("embed", "cells", static_cast<std::uint64_t>(cells.cells()), clock, comm.root());
  auto problem = caught([&] { embedder->run(writer, order, clock, progress); });
  if (problem) embedder->stop_all();
  order.drain();
  const auto late = caught([&] { writer.checkpoint(); });
  if (!problem) problem = late;
  comm.barrier();  // nobody looks at the flag any more
  if (comm.root()) embedder->stop().lower();
  agree(comm, problem);
  result.cells = comm.sum(embedder->encoded());
  result.failed_fields =
      static_cast<std::size_t>(comm.sum(static_cast<std::int64_t>(embedder->failures().size())));
  if (result.failed_fields > 0) settle(comm, screen, cells, embedder->failures(), options, files, log);
  writer.close();
  progress.update(static_cast<std::uint64_t>(cells.cells()));
  progress.finish();
  return result;
}

}  // namespace cytoscale
