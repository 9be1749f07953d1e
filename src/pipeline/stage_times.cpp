#include "pipeline/stage_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/system/atomic_file.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"

namespace cytoscale::pipeline {
namespace {

using nlohmann::json;

struct Spread {
  double least, median, most;
};

// By what it was spent on, over the ranks; a rank that spent nothing counts 0. On root.
std::map<std::string, Spread> over_ranks(const mpi::Communicator& comm,
                                         const std::map<std::string, double>& mine) {
  std::map<std::string, std::vector<double>> seconds;
  for (const auto& text : comm.gather(json(mine).dump()))
    for (const auto& [what, spent] : json::parse(text).get<std::map<std::string, double>>())
      seconds[what].push_back(spent);
  std::map<std::string, Spread> spread;
  for (auto& [what, values] : seconds) {
    values.resize(static_cast<std::size_t>(comm.size()), 0.0);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    spread[what] = {*least, median_of(values), *most};
  }
  return spread;
}

// The file of an earlier run may be damaged: it is a record, not an input.
json read_or_empty(const std::filesystem::path& path) {
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return json::object();
  auto found = json::parse(read_file(path), nullptr, false);
  return found.is_object() ? found : json::object();
}

void write(const std::filesystem::path& path, const std::string& label, double seconds, int ranks,
           const std::map<std::string, Spread>& spread) {
  auto all = read_or_empty(path);
  json stage{{"ranks", ranks}, {"seconds", seconds}, {"spent", json::object()}};
  for (const auto& [what, of_ranks] : spread)
    stage["spent"][what] = {{"min", of_ranks.least}, {"median", of_ranks.median}, {"max", of_ranks.most}};
  all[label] = std::move(stage);
  make_folder(path.parent_path());
  write_file_atomically(path, all.dump(2) + "\n");
}

// The largest first: "finish 81 s (79 to 84), wait for fields 3 s".
std::string text_of(const std::map<std::string, Spread>& spread) {
  std::vector<std::pair<std::string, Spread>> order(spread.begin(), spread.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second.median > b.second.median; });
  std::vector<std::string> parts;
  for (const auto& [what, of_ranks] : order) {
    auto part = fmt::format("{} {:.1f} s", what, of_ranks.median);
    if (of_ranks.most - of_ranks.least >= 0.1)
      part += fmt::format(" ({:.1f} to {:.1f})", of_ranks.least, of_ranks.most);
    parts.push_back(std::move(part));
  }
  return join(parts, ", ");
}

void run_timed(const mpi::RunContext& context, const std::filesystem::path& output, const std::string& label,
               bool always, const TimedWork& work) {
  Timings timings;
  const double start_s = context.clock.now_s();
  work({context.comm, context.log, context.clock, &timings});
  context.comm.barrier();
  const double seconds = context.clock.now_s() - start_s;
  const auto spread = over_ranks(context.comm, timings.take());
  mpi::on_root(context.comm, [&] {
    if (spread.empty() && !always) return;
    if (!output.empty())
      write(output / "state" / "timings.json", label, seconds, context.comm.size(), spread);
    context.log.info(label + ": done in " + duration_text(seconds) +
                     (spread.empty() ? "" : "; of each rank: " + text_of(spread)));
  });
}

}  // namespace

void timed_stage(const mpi::RunContext& context, const std::filesystem::path& output,
                 const std::string& label, const TimedWork& work) {
  run_timed(context, output, label, true, work);
}

void timed_job(const mpi::RunContext& context, const std::filesystem::path& output, const std::string& label,
               const TimedWork& work) {
  run_timed(context, output, label, false, work);
}

}  // namespace cytoscale::pipeline
