// `check --simulate`: what a run on many ranks would take of each, and what would break first on a screen ten
// times as large. One process plans for all ranks as they would (screen/plan.hpp), and lets their time pass.
// Collective: no.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "preflight/dry_run/pass_times.hpp"
#include "preflight/dry_run/rates.hpp"
#include "screen/screen.hpp"

namespace cytoscale::preflight {

struct DryRunOptions {
  bool on = false;
  std::int64_t fields = 0;      // of the screen, whose plates are repeated (or left out); 0: as it is
  std::filesystem::path rates;  // folder of a run's results; empty: usual ones
  int ranks_per_node = 8;
  int features = 512;
  double node_memory_GB = 256;
  double spread = 0.2;  // of the time that fields take, standard deviation over mean
  void validate() const;
};

// A screen as far as times and sizes go.
struct Subject {
  std::vector<screen::Plate> plates;
  std::function<double(std::size_t field)> cells;  // of a field
  std::size_t channels = 1, wells = 0;
  double field_bytes = 0;      // of its files
  double described_bytes = 0;  // that a field takes in screen.h5
  std::size_t fields() const;
};
// With as many fields as asked for; plates are repeated in order.
Subject scaled(const Subject& subject, std::size_t fields);

struct StageForecast {
  std::string stage;
  double seconds = 0;                                   // from its begin to its end
  double imbalance = 0;                                 // over the time if all ranks ended at once
  double rank0_s = 0;                                   // of these, what rank 0 does alone
  double files = 0, read_bytes = 0, written_bytes = 0;  // of a rank, on average
  double rank0_messages = 0;                            // that rank 0 receives
};

// What is used of something that there is only so much of.
struct Limit {
  std::string what, unit;
  double used = 0, limit = 0, used_at_10 = 0;  // now, and with ten times the fields
};

struct Forecast {
  std::size_t fields = 0, plates = 0, wells = 0;
  int ranks = 1, nodes = 1;
  double cells = 0;
  std::string rates;
  std::vector<StageForecast> stages;
  double node_bytes = 0, rank_bytes = 0, rank0_bytes = 0;  // of the screen, beside images and network
  std::vector<Limit> limits;                               // the nearest first, with ten times the fields
  double seconds() const;
};

// Throws Error: rates that cannot be read.
Forecast forecast(const Subject& subject, int ranks, const DryRunOptions& options);

// For people, and for machines (docs/file-format.md, "The plan of check").
std::string text_of(const Forecast& forecast);
nlohmann::ordered_json json_of(const Forecast& forecast);

}  // namespace cytoscale::preflight
