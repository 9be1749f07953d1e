// [mpirun -n N] bench_train [--rounds 5] OPTIONS OF `cytoscale train`
// Training steps as `cytoscale train` does them, crops cut and changed at random among it, from images or a
// crop store; GFLOP by second (cells beside it), a backward pass counted as two forward ones. A round is
// --steps steps (12), the first and the last sixth of which are not counted. The limit: products of large
// matrices by LibTorch, on as many threads of each rank.
#include "bench.hpp"
#include "core/log.hpp"
#include "core/table/csv.hpp"
#include "core/text/text.hpp"
#include "flops.hpp"
#include "hdf5/library.hpp"
#include "learn/run/train_screen.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "settings/training_settings.hpp"

namespace cytoscale::bench {
namespace {

struct Settings {
  settings::TrainSettings train;
  int rounds = 5;
};

void parse(Settings& settings, int argc, char** argv) {
  auto& training = settings.train.training;
  training.options.steps = 12;
  training.options.device = network::Device::cpu;
  training.options.validation_cells = 1;
  training.options.split.single_wells = learn::SingleWells::train;
  cli::OptionSet options;
  settings.train.declare(options);
  options.add("rounds", settings.rounds, "");
  assign(options, argc, argv);
  settings.train.resolve();
  training.model = settings.train.output / "bench_train";
  training.failures.clear();
  training.retrain = learn::Retrain::yes;
  training.options.checkpoint_every = training.options.validate_every = 1 << 30;
  training.options.log_every = static_cast<int>(std::max<std::int64_t>(1, training.options.steps / 6));
}

// Seconds that a step takes once it goes on evenly: the median of the log's rows but the first and the last,
// which validates, too.
double step_s(const learn::ScreenTraining& training) {
  const auto log = read_csv(training.model / "train_log.csv");
  const auto column = log.column("cells_per_s");
  std::vector<double> seconds;
  for (std::size_t row = 1; row + 1 < log.rows.size(); ++row)
    seconds.push_back(training.options.batch_size / to_number(log.rows[row][column]).value());
  if (seconds.empty()) throw Error("are too few to measure", "--steps", "Give 3 or more");
  return median_of(seconds);
}

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  hdf5::start_library();
  Settings settings;
  parse(settings, argc, argv);
  const auto training = settings.train.at_hand(comm);
  const auto& options = training.options;
  const auto channels = static_cast<int>(screen::read_manifest(training.manifest).channels.size());
  const int threads = mpi::threads_per_rank(comm, training.pass.threads);
  const auto products = torch_products(options.precision, threads, options.device);
  Log log(comm.rank(), comm.size(), true);
  const SteadyClock clock;
  Rounds rounds;
  for (int round = 0; round < settings.rounds; ++round) {
    learn::train_screen({comm, log, clock}, training, nlohmann::json::object());
    double stage_s = 0;
    mpi::on_root(comm, [&] { stage_s = step_s(training); });
    if (round == 0) rounds.peak_kib = peak_kib();
    rounds.all.push_back({stage_s, seconds_of(comm, products.run)});
  }
  mpi::on_root(comm, [&] { std::filesystem::remove_all(training.model); });
  const double cells = options.batch_size * options.regularizer.cells_per_example();
  const double flop = 3 * cells * forward_flop({options.architecture, channels, 0}, options.crop_px);
  const Measured measured{"train",
                          {{"step_cells", cells},
                           {"steps", options.steps},
                           {"channels", channels},
                           {"crop_px", options.crop_px},
                           {"architecture", options.architecture},
                           {"precision", enum_name(options.precision)},
                           {"pixels", training.pixels.crops.empty() ? "images" : "crop store"},
                           {"threads", threads}},
                          "GFLOP",
                          flop / 1e9,
                          "products of large matrices by " + products.library,
                          products.flop * comm.size() / 1e9,
                          rounds};
  print(comm, measured, {{"cells_per_s", figure(cells / measured.seconds())}});
}

}  // namespace
}  // namespace cytoscale::bench

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::bench::measure);
}
