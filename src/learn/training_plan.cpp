#include "learn/training_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/random.hpp"
#include "core/text.hpp"

namespace cytoscale {
namespace {

enum Stream : std::uint64_t { stream_holdout = 0x5350, stream_cells = 0x4345 };

std::uint64_t number_of(const std::string& text) {
  return std::stoull(Fingerprint().add(text).text(), nullptr, 16);
}

template <typename T>
void shuffle(std::vector<T>& items, Random random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

// 1 where the field may be used.
std::vector<char> selected_fields(const Table& metadata, const ColumnRoles& roles,
                                  const SplitOptions& options) {
  std::vector<char> use(metadata.rows.size(), 1);
  for (const auto& part : split_list(options.select)) {
    const auto selector = parse_selector(part, "option --train-select");
    const auto column = metadata.column(selector.column, "option --train-select");
    for (std::size_t i = 0; i < use.size(); ++i) use[i] &= metadata.rows[i][column] == selector.value;
  }
  if (options.exclude_controls) {
    const auto controls = control_mask(metadata, roles, "the manifest");
    for (std::size_t i = 0; i < use.size(); ++i) use[i] &= !controls[i];
  }
  return use;
}

// An empty treatment (no compound) is no label.
bool is_label(const std::string& text) {
  return text.find_first_not_of("_ ") != std::string::npos;
}

struct WellDraft {
  TrainingWell well;
  std::string label;
  bool held_out_by_value = false;
};

void keep_some_cells(WellDraft& draft, int limit, std::uint64_t seed) {
  auto& cells = draft.well.cells;
  if (limit == 0 || cells.size() <= static_cast<std::size_t>(limit)) return;
  std::vector<std::size_t> order(cells.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  shuffle(order, Random(seed, {stream_cells, number_of(draft.well.plate), number_of(draft.well.well)}));
  order.resize(static_cast<std::size_t>(limit));
  std::sort(order.begin(), order.end());
  std::vector<TrainingCell> kept;
  for (const auto i : order) kept.push_back(cells[i]);
  cells = std::move(kept);
}

std::vector<WellDraft> draft_wells(const Screen& screen, const CellTable& cells, const ColumnRoles& roles,
                                   const SplitOptions& options, std::uint64_t seed) {
  const auto metadata = metadata_table(screen);
  const auto labels = treatment_labels(metadata, roles, "the manifest");
  const auto use = selected_fields(metadata, roles, options);
  std::vector<std::string> holdout(labels.size());
  if (!options.validation_column.empty()) holdout = screen.values(options.validation_column);
  std::vector<WellDraft> drafts;
  for (const auto& well : wells_of(screen)) {
    WellDraft draft{{well.plate, well.well, 0, false, {}}, {}, false};
    for (std::size_t f = well.first_field; f < well.first_field + well.field_count; ++f) {
      if (!use[f] || cells.failed[f] || !is_label(labels[f])) continue;
      if (!draft.label.empty() && draft.label != labels[f])
        throw Error(
            "the fields of one well have two treatments, '" + draft.label + "' and '" + labels[f] + "'",
            screen.name(f), "Correct the manifest, or choose other columns with --treatment");
      draft.label = labels[f];
      draft.held_out_by_value |=
          std::count(options.validation_values.begin(), options.validation_values.end(), holdout[f]) > 0;
      for (auto c = cells.first_cell[f]; c < cells.first_cell[f + 1]; ++c) {
        const auto i = static_cast<std::size_t>(c);
        draft.well.cells.push_back({static_cast<std::uint32_t>(f), cells.y[i], cells.x[i], c});
      }
    }
    keep_some_cells(draft, options.max_cells_per_well, seed);
    if (!draft.well.cells.empty()) drafts.push_back(std::move(draft));
  }
  return drafts;
}

// Marks whole wells of each label as held out; says which labels have none.
void hold_out(std::vector<WellDraft>& drafts, const SplitOptions& options, std::uint64_t seed,
              std::vector<std::string>& remarks) {
  std::map<std::string, std::vector<WellDraft*>> wells;
  for (auto& draft : drafts) wells[draft.label].push_back(&draft);
  std::vector<std::string> single;
  for (auto& [label, mine] : wells) {
    if (!options.validation_column.empty()) {
      for (auto* draft : mine) draft->well.validation = draft->held_out_by_value;
      continue;
    }
    if (options.validation_fraction == 0) continue;
    if (mine.size() < 2) {
      single.push_back(label);
      continue;
    }
    shuffle(mine, Random(seed, {stream_holdout, number_of(label)}));
    const auto wanted = std::llround(options.validation_fraction * static_cast<double>(mine.size()));
    const auto count = std::clamp<std::int64_t>(wanted, 1, static_cast<std::int64_t>(mine.size()) - 1);
    for (std::int64_t i = 0; i < count; ++i) mine[static_cast<std::size_t>(i)]->well.validation = true;
  }
  if (!single.empty())
    remarks.push_back(count_text(single.size()) + " treatments have one well only and are not validated: " +
                      join({single.begin(), single.begin() + static_cast<std::ptrdiff_t>(
                                                                 std::min<std::size_t>(8, single.size()))},
                           ", ") +
                      (single.size() > 8 ? ", …" : ""));
}

}  // namespace

std::int64_t TrainingPlan::cells(bool validation) const {
  std::int64_t count = 0;
  for (const auto& well : wells)
    if (well.validation == validation) count += static_cast<std::int64_t>(well.cells.size());
  return count;
}

std::vector<std::size_t> TrainingPlan::fields() const {
  std::set<std::size_t> used;
  for (const auto& well : wells)
    for (const auto& cell : well.cells) used.insert(cell.field);
  return {used.begin(), used.end()};
}

void TrainingPlan::drop_fields(const std::vector<std::size_t>& fields) {
  if (fields.empty()) return;
  const std::set<std::size_t> gone(fields.begin(), fields.end());
  for (auto& well : wells)
    std::erase_if(well.cells, [&](const auto& cell) { return gone.contains(cell.field); });
  std::erase_if(wells, [](const auto& well) { return well.cells.empty(); });
  std::vector<char> trained(labels.size(), 0);
  for (const auto& well : wells)
    if (!well.validation) trained[static_cast<std::size_t>(well.label)] = 1;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (!trained[i])
      throw Error("no training cells are left of treatment '" + labels[i] + "': its images could not be read",
                  "train", "See failures.csv; mend the files or leave the treatment out");
}

std::string TrainingPlan::fingerprint() const {
  Fingerprint print;
  print.add(screen_fingerprint);
  for (const auto& channel : channels) print.add(channel);
  for (const auto& label : labels) print.add(label);
  for (const auto& well : wells) {
    print.add(well.plate)
        .add(well.well)
        .add(static_cast<std::uint64_t>(well.label))
        .add(well.validation ? 1u : 0u);
    print.add(well.cells.size());
    for (const auto& cell : well.cells)  // by member: the struct has padding
      print.add(static_cast<std::uint64_t>(cell.row))
          .add(cell.field)
          .add(std::bit_cast<std::uint32_t>(cell.y))
          .add(std::bit_cast<std::uint32_t>(cell.x));
  }
  return print.text();
}

TrainingPlan plan_training(const Screen& screen, const CellTable& cells, const ColumnRoles& roles,
                           const SplitOptions& options, std::uint64_t seed) {
  options.validate();
  TrainingPlan plan;
  plan.channels = screen.channels;
  plan.screen_fingerprint = screen.fingerprint();
  auto drafts = draft_wells(screen, cells, roles, options, seed);
  hold_out(drafts, options, seed, plan.remarks);
  std::set<std::string> trained, all;
  for (const auto& draft : drafts) {
    all.insert(draft.label);
    if (!draft.well.validation) trained.insert(draft.label);
  }
  if (trained.size() < 2)
    throw Error(
        "training needs cells of at least two treatments; there are " + std::to_string(trained.size()),
        "train", "Check --treatment, --train-select and --exclude-controls, and that segment found cells");
  for (const auto& label : all)
    if (!trained.contains(label))
      plan.remarks.push_back("all wells of '" + label + "' are held out: not a label");
  plan.labels.assign(trained.begin(), trained.end());
  std::sort(plan.labels.begin(), plan.labels.end(),
            [](const auto& a, const auto& b) { return natural_less(a, b); });
  std::map<std::string, int> index;
  for (std::size_t i = 0; i < plan.labels.size(); ++i) index[plan.labels[i]] = static_cast<int>(i);
  for (auto& draft : drafts) {
    if (!trained.contains(draft.label)) continue;
    draft.well.label = index[draft.label];
    plan.wells.push_back(std::move(draft.well));
  }
  return plan;
}

void write_training_wells(const std::filesystem::path& path, const TrainingPlan& plan) {
  Table table{{"Metadata_Plate", "Metadata_Well", "label", "role", "cells"}, {}};
  for (const auto& well : plan.wells)
    table.rows.push_back({well.plate, well.well, plan.labels[static_cast<std::size_t>(well.label)],
                          well.validation ? "validation" : "train", std::to_string(well.cells.size())});
  write_csv(path, table);
}

}  // namespace cytoscale
