// How well batches and plates can be told from profiles: what a nearest neighbor says beside chance.
#include <fmt/format.h>

#include <map>
#include <set>

#include "evaluate/matching/cosine.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

struct Asked {
  std::vector<std::size_t> rows;       // of the profiles: who asks, and who may answer
  std::vector<std::string> unit, own;  // per row: what is resampled together; what is to be told
  bool other_units = true;             // answers come from other units alone
};

// Of rows taken at random in place of the nearest.
double chance(const Asked& asked) {
  std::map<std::string, double> all;
  std::map<std::string, std::map<std::string, double>> in_unit;
  std::map<std::string, double> unit_size;
  for (std::size_t i = 0; i < asked.rows.size(); ++i)
    all[asked.own[i]] += 1, in_unit[asked.unit[i]][asked.own[i]] += 1, unit_size[asked.unit[i]] += 1;
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < asked.rows.size(); ++i) {
    const double same = all[asked.own[i]] - (asked.other_units ? in_unit[asked.unit[i]][asked.own[i]] : 1);
    const double others =
        static_cast<double>(asked.rows.size()) - (asked.other_units ? unit_size[asked.unit[i]] : 1);
    if (others > 0) sum += same / others, count += 1;
  }
  return count > 0 ? sum / count : 0;
}

std::vector<std::string> row_of(const Wells& wells, const Asked& asked, const std::string& who,
                                const std::string& what) {
  if (std::set<std::string>(asked.own.begin(), asked.own.end()).size() < 2 || asked.rows.size() < 4)
    return {};
  const evaluate::CosineIndex index(wells.profiles.values(asked.rows, Eigen::all));
  std::vector<std::size_t> queries(asked.rows.size());
  for (std::size_t i = 0; i < queries.size(); ++i) queries[i] = i;
  const auto nearest = index.nearest(queries, [&](std::size_t query, std::size_t row) {
    return !asked.other_units || asked.unit[query] != asked.unit[row];
  });
  evaluate::Answers answers;
  for (std::size_t i = 0; i < nearest.size(); ++i)
    answers.push_back(nearest[i] ? std::optional(asked.own[nearest[i]->row] == asked.own[i]) : std::nullopt);
  const auto score = evaluate::score_of(answers, asked.unit, {});
  auto text = fmt::format("<b>{:.1f} %</b>", 100 * score.fraction());
  if (score.ci95) text += fmt::format(" [{:.1f}, {:.1f}]", 100 * score.ci95->low, 100 * score.ci95->high);
  return {who, what, text, fmt::format("{} of {}", score.correct, score.total),
          fmt::format("{:.1f} %", 100 * chance(asked))};
}

}  // namespace

std::string batch_section(const Results& results, const PageOptions&) {
  const auto& wells = results.wells.get();
  const auto& metadata = wells.profiles.metadata;
  const auto controls = wells.labels.controls();
  std::vector<std::vector<std::string>> rows;
  const auto ask = [&](const std::string& what, const TextColumn& labels) {
    Asked treated{wells.labels.rows, wells.labels.treatment, {}, true}, alone{controls, {}, {}, false};
    for (const auto row : treated.rows) treated.own.push_back(labels[row]);
    for (const auto row : controls) alone.own.push_back(labels[row]), alone.unit.push_back(labels[row]);
    for (auto row : {row_of(wells, alone, "a negative control's nearest control", what),
                     row_of(wells, treated, "a well's nearest well of another treatment", what)})
      if (!row.empty()) rows.push_back(std::move(row));
  };
  if (wells.labels.has_batch) ask("batch", screen::batch_labels(metadata, wells.roles, "profiles.h5ad"));
  if (const auto plate = metadata.find(wells.roles.plate)) ask("plate", metadata.rows.column(*plate));
  if (rows.empty()) throw Error("the profiles are of one batch and one plate, or name none");
  return paragraph(
             "Is it of the same batch or plate? Where the share is near chance, profiles do not tell batches "
             "apart. "
             "Intervals: 95 %, from resampled treatments (of controls: batches or plates).") +
         table({"question", "the same", "share", "wells", "by chance"}, rows);
}

}  // namespace cytoscale::page
