// Where training gets its pixels from: a crop store, or all fields in memory.
#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "learn/data/cell_images.hpp"
#include "learn/data/training_plan.hpp"
#include "learn/run/train_options.hpp"
#include "mpi/run_context.hpp"
#include "prepare/field_pass.hpp"
#include "screen/failures.hpp"

namespace cytoscale::learn {

struct PixelSource {
  std::filesystem::path crops;  // the store; empty: the images
  std::string stage;            // folder of each node, or "memory", to copy the store to first; empty: not
  std::filesystem::path illumination;  // empty: no correction
  std::string masks = {};  // pattern of the label masks' names (prepare/field_reader.hpp), for `blank`
};

// Throws Error: a store that is not of these cells or does not fit, fields that do not fit the memory. Adds
// to the training's provenance, and to its identity where crops from the store are not those from the
// fields. Collective: no.
void check_pixels(const PixelSource& source, const screen::Screen& screen, const store::CellTable& cells,
                  const TrainingPlan& plan, const TrainOptions& options, nlohmann::json& provenance,
                  nlohmann::json& identity);

struct LoadedPixels {
  std::unique_ptr<CellImages> images;          // the cell table must outlive it
  std::vector<screen::FieldFailure> failures;  // fields without pixels, the same on all ranks
};

// Of these fields. Throws the same Error on all ranks. Collective: yes.
LoadedPixels load_pixels(const mpi::RunContext& context, const PixelSource& source,
                         const screen::Screen& screen, const store::CellTable& cells,
                         const std::vector<FieldId>& fields, image::CropNeighbors neighbors,
                         const prepare::FieldPassOptions& pass);

}  // namespace cytoscale::learn
