#include "prepared_training.hpp"

#include "core/error.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {

const PreparedTraining& prepared_training() {
  static const PreparedTraining ready = [] {
    PreparedTraining made;
    made.small = paint_small_screen(fresh_folder("train_images"));
    made.plan = small_plan(made.small);
    made.load = load_fields(quiet(), made.small.screen, made.small.cells, made.plan.fields(), {}, {});
    return made;
  }();
  return ready;
}

TrainResult train_in(const std::filesystem::path& folder, const TrainOptions& options,
                     const mpi::Communicator& comm, const TrainingPlan& plan) {
  Log log(comm.rank(), comm.size(), true);
  SteadyClock clock;
  TrainRun run{folder, {}, {}, log, clock};
  return train(comm, plan, prepared_training().load.images, options, run);
}

TrainResult train_in(const std::filesystem::path& folder, const TrainOptions& options) {
  return train_in(folder, options, world(), prepared_training().plan);
}

TrainOptions shared_training() {
  auto options = small_training();
  options.shard_size = 4;
  return options;
}

std::string error_of(const std::filesystem::path& folder, const TrainOptions& options) {
  return message_of([&] { train_in(folder, options); });
}

}  // namespace cytoscale::learn
