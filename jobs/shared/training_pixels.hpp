// Where train gets its pixels from, and the options that say so: the crop store, or all fields in memory.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "jobs/job.hpp"
#include "learn/data/cell_images.hpp"
#include "learn/data/training_plan.hpp"
#include "learn/run/train.hpp"
#include "learn/run/train_options.hpp"
#include "screen/failures.hpp"

namespace cytoscale::jobs {

struct LoadedPixels {
  std::unique_ptr<learn::CellImages> images;   // the cell table must outlive it
  std::vector<screen::FieldFailure> failures;  // fields without pixels, the same on all ranks
};

class TrainingPixels {
 public:
  // `store`: the crop store that the job uses, as it stands when it begins.
  void declare_files(cli::OptionSet& options, std::function<std::filesystem::path()> store);
  void declare_machine(cli::OptionSet& options);
  // The crop store that is used, with the job's folder as it stands; empty: fields in memory.
  std::filesystem::path store(const std::filesystem::path& output) const;

  // Throws Error: a store that is not of these cells or does not fit, fields that do not fit the memory. Adds
  // to the training's provenance, and to its identity where crops from the store are not those from the
  // fields. Collective: no.
  void check(const std::filesystem::path& store, const screen::Screen& screen, const store::CellTable& cells,
             const learn::TrainingPlan& plan, const learn::TrainOptions& options,
             const std::filesystem::path& illumination, learn::TrainRun& run) const;
  // Collective: yes.
  LoadedPixels load(const mpi::RunContext& context, const std::filesystem::path& store,
                    const screen::Screen& screen, const store::CellTable& cells,
                    const std::vector<std::size_t>& fields, const std::filesystem::path& illumination,
                    const prepare::FieldPassOptions& pass) const;

 private:
  std::filesystem::path crops_;
  std::string stage_;
};

}  // namespace cytoscale::jobs
