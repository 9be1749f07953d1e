#include "learn/data/hold_out.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/shuffle.hpp"
#include "core/text/text.hpp"

namespace cytoscale::learn {
namespace {

enum Stream : std::uint64_t { stream_wells = 0x5350, stream_groups = 0x4752, stream_tests = 0x5445 };

using WellsByName = std::map<std::string, std::vector<SplitWell*>>;

std::string some_of(std::vector<std::string> names) {
  return join_some(std::move(names), 8);
}

WellsByName used_by(std::vector<SplitWell>& wells, const std::string SplitWell::*name) {
  WellsByName found;
  for (auto& well : wells)
    if (!well.dropped) found[well.*name].push_back(&well);
  return found;
}

std::vector<std::string> names_of(const WellsByName& wells) {
  std::vector<std::string> names;
  for (const auto& [name, mine] : wells) names.push_back(name);
  return names;
}

// Treatments that are no labels.
void drop_tests(std::vector<SplitWell>& wells, const SplitOptions& options, std::uint64_t seed,
                std::vector<std::string>& remarks) {
  auto tests = options.test_treatments;
  const auto by_label = used_by(wells, &SplitWell::label);
  for (const auto& name : tests)
    if (!by_label.contains(name))
      throw Error("there is no treatment '" + name + "' to test on", "option --test-treatments",
                  "Treatments are called, e.g., " + some_of(names_of(by_label)));
  if (options.test_fraction > 0) {
    tests = names_of(by_label);
    shuffle(tests, Random(seed, {stream_tests}));
    tests.resize(
        static_cast<std::size_t>(std::llround(options.test_fraction * static_cast<double>(tests.size()))));
  }
  if (tests.empty()) return;
  const std::set<std::string> out(tests.begin(), tests.end());
  for (auto& well : wells) well.dropped |= out.contains(well.label);
  remarks.push_back(count_text(tests.size()) +
                    " treatments are for tests and not trained on: " + some_of({out.begin(), out.end()}));
}

// Some wells of each label.
void hold_out_replicates(std::vector<SplitWell>& wells, const SplitOptions& options, std::uint64_t seed,
                         std::vector<std::string>& remarks) {
  std::vector<std::string> single;
  for (auto& [label, mine] : used_by(wells, &SplitWell::label)) {
    if (mine.size() < 2) {
      single.push_back(label);
      mine.front()->dropped = options.single_wells == SingleWells::drop;
      continue;
    }
    shuffle(mine, Random(seed, {stream_wells, stream_key(label)}));
    const auto wanted = std::llround(options.validation_fraction * static_cast<double>(mine.size()));
    const auto count = std::clamp<std::int64_t>(wanted, 1, static_cast<std::int64_t>(mine.size()) - 1);
    for (std::int64_t i = 0; i < count; ++i) mine[static_cast<std::size_t>(i)]->validation = true;
  }
  if (single.empty()) return;
  const auto text = count_text(single.size()) + (single.size() == 1 ? " treatment has" : " treatments have") +
                    " one well only: " + some_of(single);
  if (options.single_wells == SingleWells::error)
    throw Error(
        text + "; a well can be held out only where another trains", "option --single-wells",
        "Leave them out (--single-wells drop), train on them unvalidated (--single-wells train), or hold "
        "no wells out (--validation-fraction 0)");
  remarks.push_back(text + (options.single_wells == SingleWells::drop ? "; left out" : "; not validated"));
}

// Whole plates, or batches: in an order drawn, each that leaves every label a well to train on, until there
// are enough.
void hold_out_groups(std::vector<SplitWell>& wells, const SplitOptions& options, std::uint64_t seed,
                     std::vector<std::string>& remarks) {
  const bool plates = options.hold_out == HoldOut::plate;
  const auto groups = used_by(wells, plates ? &SplitWell::plate : &SplitWell::batch);
  if (groups.contains(""))
    throw Error("the batch of some wells is not known", "option --hold-out",
                "Name the column with --batch, or give --batch-from-plate");
  std::map<std::string, std::size_t> left;
  for (const auto& [label, mine] : used_by(wells, &SplitWell::label)) left[label] = mine.size();
  auto order = names_of(groups);
  shuffle(order, Random(seed, {stream_groups}));
  const auto wanted = std::max<std::int64_t>(
      1, std::llround(options.validation_fraction * static_cast<double>(order.size())));
  std::vector<std::string> chosen;
  for (const auto& name : order) {
    if (static_cast<std::int64_t>(chosen.size()) == wanted) break;
    auto rest = left;
    for (const auto* well : groups.at(name)) --rest[well->label];
    if (std::any_of(rest.begin(), rest.end(), [](const auto& label) { return label.second == 0; })) continue;
    left = rest;
    chosen.push_back(name);
    for (auto* well : groups.at(name)) well->validation = true;
  }
  const std::string kind = plates ? "plate" : "batch";
  if (chosen.empty())
    throw Error("no " + kind + " can be held out: each holds all wells of some treatment",
                "option --hold-out", "Hold out wells (--hold-out replicate), or leave those treatments out");
  std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
  remarks.push_back("held out: " + kind + " " + some_of(chosen));
}

}  // namespace

void hold_out(std::vector<SplitWell>& wells, const SplitOptions& options, std::uint64_t seed,
              std::vector<std::string>& remarks) {
  drop_tests(wells, options, seed, remarks);
  if (!options.validation_column.empty()) {
    for (auto& well : wells) well.validation = well.chosen;
  } else if (options.validation_fraction > 0) {
    options.hold_out == HoldOut::replicate ? hold_out_replicates(wells, options, seed, remarks)
                                           : hold_out_groups(wells, options, seed, remarks);
  }
}

}  // namespace cytoscale::learn
