// Where train gets its pixels from, and the options that say so: the crop store, or all fields in memory.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "jobs/job.hpp"
#include "learn/cell_images.hpp"
#include "learn/train.hpp"
#include "learn/train_options.hpp"
#include "learn/training_plan.hpp"
#include "screen/failures.hpp"

namespace cytoscale {

struct LoadedPixels {
  std::unique_ptr<CellImages> images;  // the cell table must outlive it
  std::vector<FieldFailure> failures;  // fields without pixels, the same on all ranks
};

class TrainingPixels {
 public:
  void declare_files(OptionSet& options);
  void declare_machine(OptionSet& options);
  // The crop store that is used, with the job's folder as it stands; empty: fields in memory.
  std::filesystem::path store(const std::filesystem::path& output) const;

  // Throws Error: a store that is not of these cells or does not fit, fields that do not fit the memory. Adds
  // to the training's provenance, and to its identity where crops from the store are not those from the
  // fields. Collective: no.
  void check(const std::filesystem::path& store, const Screen& screen, const CellTable& cells,
             const TrainingPlan& plan, const TrainOptions& options, const std::filesystem::path& illumination,
             TrainRun& run) const;
  // Collective: yes.
  LoadedPixels load(JobContext& context, const std::filesystem::path& store, const Screen& screen,
                    const CellTable& cells, const std::vector<std::size_t>& fields,
                    const std::filesystem::path& illumination, int threads) const;

 private:
  std::filesystem::path crops_;
  std::string stage_;
};

}  // namespace cytoscale
