#include "preflight/dry_run/dry_run.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/random.hpp"

namespace cytoscale::preflight {
namespace {

// What is held of the screen beside its images, by what the code holds: bytes of a field on each node (its
// cells' number, its size, whether it is done), and on rank 0 while it plans.
constexpr double field_head_bytes = 8 + 4 + 4 + 1 + 1, planning_bytes = 8;
constexpr double cell_row_bytes = 5 * 4 + 1, heads_bytes = 40;
constexpr double obs_bytes = 60;  // of a cell beside its features
// Seconds of rank 0 for a field of a manifest (bench_screen).
constexpr double parse_s = 4e-6;
// What a shared file system gives, in round numbers: files opened a second, bytes a second.
constexpr double opens_per_s = 50'000, bytes_per_s = 20e9;
constexpr double messages_per_s = 100'000;
constexpr double pulses_per_s = 10;
constexpr std::size_t most_looked_at = 2'000'000;  // fields, for what ten times as many take
constexpr double tile_cells = 16 * 64;  // of a group of fields that one rank embeds (embed/tile_places.hpp)

// About 1, by field and stage; the same on all machines.
class Variation {
 public:
  Variation(double spread, const char* stage) : spread_(spread), key_(stream_key(stage)) {}
  double operator()(std::size_t field) const {
    if (!(spread_ > 0)) return 1;
    // Two hashed numbers, as a normal one (Box and Muller).
    const auto bits = stream_of({key_, field});
    const double a = (static_cast<double>(bits >> 32) + 1) / 4294967297.0,
                 b = static_cast<double>(bits & 0xffffffffu) / 4294967296.0;
    const double normal = std::sqrt(-2 * std::log(a)) * std::cos(2 * std::numbers::pi * b);
    return std::max(0.1, 1 + spread_ * normal);
  }

 private:
  double spread_;
  std::uint64_t key_;
};

class Forecaster {
 public:
  Forecaster(const Subject& subject, int ranks, const DryRunOptions& options, const Rates& rates)
      : subject_(subject), ranks_(ranks), options_(options), rates_(rates), fields_(subject.fields()) {
    for (std::size_t f = 0; f < fields_; ++f) cells_ += subject.cells(f);
  }

  Forecast run() {
    Forecast result;
    result.fields = fields_, result.plates = subject_.plates.size(), result.wells = subject_.wells;
    result.ranks = ranks_, result.cells = cells_, result.rates = rates_.from;
    result.nodes = (ranks_ + options_.ranks_per_node - 1) / options_.ranks_per_node;
    const double fields = static_cast<double>(fields_);
    result.stages = {pass("illuminate", false, 0), pass("segment", false, cells_ * cell_row_bytes), train(),
                     pass("embed", true, cells_ * (4.0 * options_.features + obs_bytes)), reduce(),
                     evaluate()};
    // Each job opens screen.h5; the first reads the manifest.
    result.stages.front().rank0_s += parse_s * fields;
    result.stages.front().seconds += parse_s * fields;
    result.node_bytes = fields * (subject_.described_bytes + field_head_bytes);
    result.rank_bytes = fields / ranks_ * heads_bytes + 4096.0 * options_.features;
    result.rank0_bytes = result.rank_bytes + planning_bytes * fields + 2 * profile_bytes();
    return result;
  }

 private:
  double rate(const char* stage) const { return rates_.seconds.at(stage); }
  double wells() const { return static_cast<double>(subject_.wells); }
  double profile_bytes() const { return wells() * options_.features * 8.0; }

  // A pass over the images.
  StageForecast pass(const char* stage, bool by_cell, double written_bytes) {
    const Variation variation(options_.spread, stage);
    const double each = rate(stage);
    const auto seconds = [&](std::size_t field) {
      return each * (by_cell ? subject_.cells(field) : 1.0) * variation(field);
    };
    const screen::FieldCost cost = [&](FieldId field) { return by_cell ? subject_.cells(field) : 1.0; };
    const auto groups = by_cell ? groups_of_cells() : screen::FieldGroups(fields_);
    const auto times =
        pass_times(screen::plan_shards(subject_.plates, groups, cost, ranks_), groups, seconds);
    StageForecast made{stage, times.most_s, times.imbalance(), 0, 0, 0, 0, 0};
    made.files = static_cast<double>(fields_ * subject_.channels) / ranks_;
    made.read_bytes = static_cast<double>(fields_) * subject_.field_bytes / ranks_;
    made.written_bytes = written_bytes / ranks_;
    // Rank 0 is asked for each group of the tail, and sums counts several times a second along a tree.
    made.rank0_messages = static_cast<double>(times.tail_groups) +
                          pulses_per_s * made.seconds * std::bit_width(static_cast<unsigned>(ranks_));
    return made;
  }

  // As embed/tile_places.hpp has them, near enough.
  screen::FieldGroups groups_of_cells() const {
    std::vector<screen::FieldGroup> groups;
    for (const auto& plate : subject_.plates) {
      const auto end = plate.first_field + plate.field_count;
      for (std::size_t first = plate.first_field, field = first; field < end; first = field) {
        double sum = 0;
        do sum += subject_.cells(field++);
        while (field < end && sum < tile_cells);
        groups.push_back({FieldId(first), field - first});
      }
    }
    return Array<screen::FieldGroup>(std::move(groups));
  }

  // As many steps whatever the screen: gradients are summed along a tree.
  StageForecast train() {
    StageForecast made{"train", rate("train") / ranks_, 0, 0, 0, 0, 0, 0};
    return made;
  }
  StageForecast reduce() {
    StageForecast made{"reduce", 0, 0, rate("reduce wells") * wells(), 0, 0, 0, 0};
    made.seconds = rate("reduce") * cells_ / ranks_ + made.rank0_s;
    made.read_bytes = cells_ * 4.0 * options_.features / ranks_;
    made.written_bytes = profile_bytes() / ranks_;
    made.rank0_messages = ranks_;
    return made;
  }
  StageForecast evaluate() {
    StageForecast made{"evaluate", 0, 0, 0, 0, 0, 0, 0};
    made.seconds = rate("evaluate") * wells() * wells() / 2 / 1e6 / ranks_;
    return made;
  }

  const Subject& subject_;
  int ranks_;
  const DryRunOptions& options_;
  const Rates& rates_;
  std::size_t fields_;
  double cells_ = 0;
};

// Used now; what is used with ten times the fields is told by the forecast of those.
std::vector<Limit> limits_of(const Forecast& one, const Subject& subject, const DryRunOptions& options) {
  double files = 0, bytes = 0, messages = 0, alone = 0, imbalance = 0, busy_s = 0;
  for (const auto& stage : one.stages) {
    alone += stage.rank0_s;
    imbalance = std::max(imbalance, stage.imbalance);
    if (!(stage.seconds > 0)) continue;
    files = std::max(files, stage.files * one.ranks / stage.seconds);
    bytes = std::max(bytes, (stage.read_bytes + stage.written_bytes) * one.ranks / stage.seconds);
    messages = std::max(messages, stage.rank0_messages / stage.seconds);
    busy_s += stage.seconds;
  }
  const double memory = options.node_memory_GB * 1e9;
  return {
      {"memory of rank 0 (profiles of all wells, twice)", "GB", one.rank0_bytes / 1e9, memory / 1e9, 0},
      {"memory of a node for what is known of all fields", "GB", one.node_bytes / 1e9, memory / 1e9 / 4, 0},
      {"files opened a second, over all ranks", "", files, opens_per_s, 0},
      {"bytes read and written a second, over all ranks", "GB/s", bytes / 1e9, bytes_per_s / 1e9, 0},
      {"messages to rank 0 a second", "", messages, messages_per_s, 0},
      {"share of the time in which rank 0 works alone", "%", busy_s > 0 ? 100 * alone / busy_s : 0, 50, 0},
      {"time of evaluation, which grows as the square of the wells", "h", one.stages.back().seconds / 3600, 24, 0},
      {"longest wait for the last rank", "%", 100 * imbalance, 10, 0},
      {"time of the run", "days", busy_s / 86400, 14, 0},
      {"images on the file system", "million", static_cast<double>(one.fields * subject.channels) / 1e6, 1000, 0},
  };
}

}  // namespace

void DryRunOptions::validate() const {
  if (fields < 0) throw Error("a screen has no fewer than 0 fields", "--simulate-fields", "0: as it is");
  if (ranks_per_node < 1) throw Error("at least one rank is needed", "--ranks-per-node");
  if (features < 1) throw Error("at least one feature is needed", "--expected-features");
  if (!(node_memory_GB > 0)) throw Error("is not above 0", "--node-memory");
  if (!(spread >= 0 && spread <= 1)) throw Error("is not between 0 and 1", "--field-spread");
}

std::size_t Subject::fields() const {
  return plates.empty() ? 0 : plates.back().first_field + plates.back().field_count;
}

Subject scaled(const Subject& subject, std::size_t fields) {
  const auto own = subject.fields();
  if (fields == 0 || fields == own || own == 0) return subject;
  Subject made = subject;
  made.plates.clear();
  for (std::size_t at = 0, plate = 0; at < fields; ++plate) {
    const auto& like = subject.plates[plate % subject.plates.size()];
    const auto count = std::min(like.field_count, fields - at);
    made.plates.push_back({like.plate + "~" + std::to_string(plate / subject.plates.size()), at, count});
    at += count;
  }
  made.wells = std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(subject.wells) *
                                                                 static_cast<double>(fields) /
                                                                 static_cast<double>(own)));
  made.cells = [cells = subject.cells, own](std::size_t field) { return cells(field % own); };
  return made;
}

double Forecast::seconds() const {
  double sum = 0;
  for (const auto& stage : stages) sum += stage.seconds;
  return sum;
}

Forecast forecast(const Subject& given, int ranks, const DryRunOptions& options) {
  const auto rates = options.rates.empty() ? usual_rates() : measured_rates(options.rates);
  const auto subject = scaled(given, static_cast<std::size_t>(options.fields));
  auto now = Forecaster(subject, ranks, options, rates).run();
  now.limits = limits_of(now, subject, options);
  // Of ten times a large screen no field is looked at: sums grow as the fields do.
  const auto more = scaled(subject, std::min(10 * subject.fields(), std::max(subject.fields(), most_looked_at)));
  auto later = Forecaster(more, ranks, options, rates).run();
  const double still = 10.0 * static_cast<double>(subject.fields()) / static_cast<double>(more.fields());
  for (auto& stage : later.stages) {
    const double rank0 = stage.rank0_s;
    stage.rank0_s *= still;
    const double by = stage.stage == "train" ? 1 : stage.stage == "evaluate" ? still * still : still;
    stage.seconds = (stage.seconds - rank0) * by + stage.rank0_s;
    for (auto* sum : {&stage.files, &stage.read_bytes, &stage.written_bytes, &stage.rank0_messages})
      *sum *= still;
  }
  later.fields = 10 * subject.fields();
  for (auto* bytes : {&later.node_bytes, &later.rank_bytes, &later.rank0_bytes}) *bytes *= still;
  const auto at_10 = limits_of(later, subject, options);
  for (std::size_t i = 0; i < now.limits.size(); ++i) now.limits[i].used_at_10 = at_10[i].used;
  std::stable_sort(now.limits.begin(), now.limits.end(), [](const Limit& a, const Limit& b) {
    return a.used_at_10 / a.limit > b.used_at_10 / b.limit;
  });
  return now;
}

}  // namespace cytoscale::preflight
