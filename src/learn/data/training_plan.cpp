#include "learn/data/training_plan.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/shuffle.hpp"
#include "core/text/text.hpp"
#include "image/size_text.hpp"
#include "learn/data/hold_out.hpp"
#include "screen/input/tidy_metadata.hpp"

namespace cytoscale::learn {
namespace {

enum Stream : std::uint64_t { stream_cells = 0x4345 };

// 1 where the field may be used.
std::vector<char> selected_fields(const Table& metadata, const screen::ColumnRoles& roles,
                                  const SplitOptions& options) {
  auto use = screen::rows_where(metadata, options.select, "option --train-select");
  if (options.exclude_controls) {
    const auto controls = screen::control_mask(metadata, roles, "the manifest");
    for (std::size_t i = 0; i < use.size(); ++i) use[i] &= !controls[i];
  }
  return use;
}

struct WellDraft {
  TrainingWell well;
  SplitWell split;
};

void keep_some_cells(WellDraft& draft, int limit, std::uint64_t seed) {
  auto& cells = draft.well.cells;
  if (limit == 0 || cells.size() <= static_cast<std::size_t>(limit)) return;
  std::vector<std::size_t> order(cells.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  shuffle(order, Random(seed, {stream_cells, stream_key(draft.well.plate), stream_key(draft.well.well)}));
  order.resize(static_cast<std::size_t>(limit));
  std::sort(order.begin(), order.end());
  std::vector<TrainingCell> kept;
  for (const auto i : order) kept.push_back(cells[i]);
  cells = std::move(kept);
}

// Of each field; nothing where the usual column is absent.
TextColumn batches_of(const Table& metadata, const screen::ColumnRoles& roles) {
  const auto& columns = metadata.columns;
  const bool known = !roles.batch_from_plate.empty() || roles.batch != screen::ColumnRoles().batch ||
                     std::find(columns.begin(), columns.end(), roles.batch) != columns.end();
  return known ? screen::batch_labels(metadata, roles, "the manifest") : TextColumn(metadata.rows.size(), "");
}

std::vector<WellDraft> draft_wells(const screen::Screen& screen, const store::CellTable& cells,
                                   const screen::ColumnRoles& roles, const TrainOptions& training) {
  const auto& options = training.split;
  const auto metadata = screen::metadata_table(screen);
  const auto labels = screen::treatment_labels(metadata, roles, "the manifest");
  const auto batches = batches_of(metadata, roles);
  const auto use = selected_fields(metadata, roles, options);
  const auto column = options.validation_column.empty() ? TextColumn(labels.size(), "")
                                                        : screen.values(options.validation_column);
  const auto& values = options.validation_values;
  std::vector<WellDraft> drafts;
  for (const auto& well : screen::wells_of(screen)) {
    const auto first = cells.first_cell[well.first_field],
               count = cells.first_cell[well.first_field + well.field_count] - first;
    const auto y = cells.y.read(first, count), x = cells.x.read(first, count);
    WellDraft draft{{well.plate, well.well, {}, 0, false, {}}, {{}, well.plate, {}}};
    for (FieldId f(well.first_field); f < well.first_field + well.field_count; ++f) {
      if (!use[f]) continue;
      const bool labeled = !screen::labels_in(labels[f], false).empty();
      // A well without a treatment has nothing to learn from; a field without a label is a gap in the
      // manifest.
      if (!labeled && training.over_fields())
        throw Error("a field has no label: nothing stands in " + join(roles.treatment, ", "), screen.name(f),
                    "Complete the manifest, or leave such fields out with --train-select");
      if (cells.failed[f] || !labeled) continue;
      auto& split = draft.split;
      if (!split.label.empty() && split.label != labels[f])
        throw Error(
            "the fields of one well have two treatments, '" + split.label + "' and '" + labels[f] + "'",
            screen.name(f), "Correct the manifest, or choose other columns with --treatment");
      split.label = labels[f];
      split.batch = batches[f];
      split.chosen |= std::find(values.begin(), values.end(), column[f]) != values.end();
      for (auto cell = cells.first_cell[f]; cell < cells.first_cell[f + 1]; ++cell) {
        const auto i = static_cast<std::size_t>(cell - first);
        draft.well.cells.push_back({static_cast<std::uint32_t>(f), y[i], x[i], CellId(cell)});
      }
    }
    keep_some_cells(draft, options.max_cells_per_well, training.seed);
    if (!draft.well.cells.empty()) drafts.push_back(std::move(draft));
  }
  return drafts;
}

void hold_out(std::vector<WellDraft>& drafts, const SplitOptions& options, std::uint64_t seed,
              std::vector<std::string>& remarks) {
  std::vector<SplitWell> wells;
  for (const auto& draft : drafts) wells.push_back(draft.split);
  hold_out(wells, options, seed, remarks);
  std::vector<WellDraft> kept;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (wells[i].dropped) continue;
    drafts[i].well.validation = wells[i].validation;
    kept.push_back(std::move(drafts[i]));
  }
  drafts = std::move(kept);
}

// The position of each name in natural order.
std::map<std::string, int> numbered(const std::set<std::string>& names, std::vector<std::string>& order) {
  order.assign(names.begin(), names.end());
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
  std::map<std::string, int> index;
  for (std::size_t i = 0; i < order.size(); ++i) index[order[i]] = static_cast<int>(i);
  return index;
}

}  // namespace

std::int64_t TrainingPlan::cells(bool validation) const {
  std::int64_t count = 0;
  for (const auto& well : wells)
    if (well.validation == validation) count += static_cast<std::int64_t>(well.cells.size());
  return count;
}

std::vector<FieldId> TrainingPlan::fields() const {
  std::set<FieldId> used;
  for (const auto& well : wells)
    for (const auto& cell : well.cells) used.insert(FieldId(cell.field));
  return {used.begin(), used.end()};
}

void TrainingPlan::drop_fields(const std::vector<FieldId>& fields) {
  if (fields.empty()) return;
  const std::set<FieldId> gone(fields.begin(), fields.end());
  for (auto& well : wells)
    std::erase_if(well.cells, [&](const auto& cell) { return gone.contains(FieldId(cell.field)); });
  std::erase_if(wells, [](const auto& well) { return well.cells.empty(); });
  std::vector<char> trained(labels.size(), 0);
  for (const auto& well : wells)
    for (const auto label : well.labels)
      if (!well.validation) trained[label] = 1;
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
    print.add(well.plate).add(well.well);
    for (const auto label : well.labels) print.add(static_cast<std::uint64_t>(label));
    print.add(static_cast<std::uint64_t>(well.batch)).add(well.validation ? 1u : 0u);
    print.add(well.cells.size());
    for (const auto& cell : well.cells)  // by member: the struct has padding
      print.add(static_cast<std::uint64_t>(cell.row))
          .add(cell.field)
          .add(std::bit_cast<std::uint32_t>(cell.y))
          .add(std::bit_cast<std::uint32_t>(cell.x));
  }
  return print.text();
}

image::PictureSize crop_size_of(const TrainingPlan& plan, const TrainOptions& options) {
  image::PictureSize size = options.crop_px;
  for (const auto field : plan.field_sizes.empty() ? std::vector<FieldId>{} : plan.fields()) {
    const auto& own = plan.field_sizes[field];
    if (options.crop_px == 0 && size == image::PictureSize()) size = own;
    if (options.crop_px == 0 ? own != size : own.height < size.height || own.width < size.width)
      throw Error("a field of " + image::size_text(own) + " stands beside crops of " + image::size_text(size),
                  "option --crop-size",
                  "Take crops that fit into every field, or choose fields with --train-select");
  }
  network::check_crop_fits(options.architecture, size.height, size.width);
  return size;
}

TrainingPlan plan_training(const screen::Screen& screen, const store::CellTable& cells,
                           const screen::ColumnRoles& roles, const TrainOptions& training) {
  const auto& options = training.split;
  options.validate();
  TrainingPlan plan;
  for (FieldId f; training.over_fields() && f < cells.fields(); ++f)
    plan.field_sizes.emplace_back(cells.height[f], cells.width[f]);
  plan.channels = screen.channels;
  plan.screen_fingerprint = screen.fingerprint();
  auto drafts = draft_wells(screen, cells, roles, training);
  plan.remarks = screen::alike_notes(screen::metadata_table(screen), roles);
  hold_out(drafts, options, training.seed, plan.remarks);
  std::set<std::string> trained, all, batches;
  for (const auto& draft : drafts) {
    batches.insert(draft.split.batch);
    for (const auto& label : screen::labels_in(draft.split.label, training.several_labels)) {
      all.insert(label);
      if (!draft.well.validation) trained.insert(label);
    }
  }
  if (trained.size() < 2)
    throw Error(
        "training needs cells of at least two treatments; there are " + std::to_string(trained.size()),
        "train", "Check --treatment, --train-select and --exclude-controls, and that segment found cells");
  for (const auto& label : all)
    if (!trained.contains(label))
      plan.remarks.push_back("all wells of '" + label + "' are held out: not a label");
  auto index = numbered(trained, plan.labels), batch = numbered(batches, plan.batches);
  for (auto& draft : drafts) {
    for (const auto& label : screen::labels_in(draft.split.label, training.several_labels))
      if (trained.contains(label)) draft.well.labels.emplace_back(index[label]);
    if (draft.well.labels.empty()) continue;
    draft.well.batch = batch[draft.split.batch];
    plan.wells.push_back(std::move(draft.well));
  }
  return plan;
}

void check_labels(const screen::Screen& screen, const screen::ColumnRoles& roles,
                  const TrainOptions& options) {
  const auto fields = screen.fields.size();
  store::CellTable one_each;
  one_each.y.assign(fields, 0);
  one_each.x.assign(fields, 0);
  one_each.failed = std::vector<char>(fields, 0);
  one_each.height = one_each.width = std::vector<int>(fields, 0);
  for (std::size_t i = 0; i <= fields; ++i) one_each.first_cell.push_back(static_cast<std::int64_t>(i));
  plan_training(screen, one_each, roles, options);
}

void write_training_wells(const std::filesystem::path& path, const TrainingPlan& plan) {
  Table table{{"Metadata_Plate", "Metadata_Well", "label", "role", "cells"}, {}};
  for (const auto& well : plan.wells) {
    std::vector<std::string> labels;
    for (const auto label : well.labels) labels.push_back(plan.labels[label]);
    table.rows.push_back({well.plate, well.well, join(labels, "|"), well.validation ? "validation" : "train",
                          std::to_string(well.cells.size())});
  }
  write_csv(path, table);
}

std::vector<std::string> label_columns(const screen::ColumnRoles& roles, const SplitOptions& split) {
  std::vector<std::string> columns = roles.treatment;
  columns.push_back(roles.batch_from_plate.empty() ? roles.batch : roles.plate);
  for (const auto& choice : screen::parse_choices(roles.control, "--control"))
    columns.push_back(choice.column);
  if (!split.validation_column.empty()) columns.push_back(split.validation_column);
  for (const auto& part : split_list(split.select))
    columns.push_back(screen::parse_selector(part, "--train-select").column);
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

}  // namespace cytoscale::learn
