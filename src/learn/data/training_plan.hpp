// What is learned from what: labels, their wells, which wells validate, and the cells of each. Pure: screen,
// cell table and options in, plan out; the same on every rank. Collective: no.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "image/plane.hpp"
#include "learn/run/train_options.hpp"
#include "screen/column_roles.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::learn {

struct TrainingCell {
  std::uint32_t field;  // index in Screen::fields
  float y, x;           // px
  CellId row;
};

struct TrainingWell {
  std::string plate, well;
  std::vector<LabelId> labels;  // more than one where a picture may have several
  int batch;                    // index in TrainingPlan::batches
  bool validation;              // held out
  std::vector<TrainingCell> cells;
};

struct TrainingPlan {
  std::vector<std::string> labels;    // natural order; a class each
  std::vector<std::string> batches;   // natural order; one, "", where batches are not known
  std::vector<TrainingWell> wells;    // global order; each with at least one cell
  std::vector<std::string> remarks;   // for the log: labels without held-out wells, labels left out
  std::vector<std::string> channels;  // the screen's
  std::string screen_fingerprint;
  // By field of the screen, where examples are whole fields, each the one cell of its field: its size. Empty:
  // examples are single cells.
  std::vector<image::PictureSize> field_sizes;

  std::int64_t cells(bool validation) const;
  std::vector<FieldId> fields() const;  // those with a cell in use, ascending
  // Takes out the cells of these fields (they could not be read). Labels keep their numbers.
  // Throws Error when a label is left without training cells.
  void drop_fields(const std::vector<FieldId>& fields);
  std::string fingerprint() const;  // of all of it
};

// The size of the crops that a network gets: TrainOptions::crop_px, or that of all fields in use. Throws
// Error: fields of several sizes, a crop larger than a field, smaller than the network needs.
image::PictureSize crop_size_of(const TrainingPlan& plan, const TrainOptions& options);

// Of single cells, or of the fields' own cell table (prepare/field_table.hpp). Throws Error: unknown columns,
// a well of two treatments, nothing selected, fewer than two labels with training cells, and as hold_out().
TrainingPlan plan_training(const screen::Screen& screen, const store::CellTable& cells,
                           const screen::ColumnRoles& roles, const TrainOptions& options);

// Throws Error where plan_training() would throw if each field had one cell. Needs no images.
void check_labels(const screen::Screen& screen, const screen::ColumnRoles& roles,
                  const TrainOptions& options);

// plate, well, label, role (train, validation), cells: tells later jobs which wells the network has seen.
// Atomic.
void write_training_wells(const std::filesystem::path& path, const TrainingPlan& plan);

// The metadata columns from which labels and held-out wells come, as far as options name them.
std::vector<std::string> label_columns(const screen::ColumnRoles& roles, const SplitOptions& split);

}  // namespace cytoscale::learn
