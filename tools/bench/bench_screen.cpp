// bench_screen [FIELDS] [random]: the screen of a manifest of that many fields (1,000,000) of 5 channels,
// read by rank 0, kept in screen.h5 and held once by each node; then opened from there. Under mpirun, too.
// `random`: files have names at random, so that little of them is shared. One line of JSON: seconds and
// processor time of rank 0, seconds of opening it again on all ranks (limit: 0.5 s a million fields) and the
// memory of all ranks together, shared pages once (PSS).
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/system/files.hpp"
#include "core/system/process.hpp"
#include "made_manifest.hpp"
#include "mpi/agree.hpp"
#include "mpi/session.hpp"
#include "store/screen_file.hpp"
#include "used.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;

// Of this process, shared pages by halves.
double pss_MB() {
  std::ifstream lines("/proc/self/smaps_rollup");
  std::string word;
  double kB = 0;
  while (lines >> word)
    if (word == "Pss:") lines >> kB;
  return kB * 1024 / 1e6;
}

double since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int measure(const mpi::Communicator& comm, std::int64_t fields, bool random_names) {
  const fs::path folder = comm.broadcast(
      (fs::temp_directory_path() / ("bench_screen." + std::to_string(ProcessIdentity::self().pid))).string());
  screen::ManifestOptions options;
  options.manifest = folder / "screen.csv";
  options.kept = folder / "screen.h5";
  options.keep = true;
  mpi::on_root(comm, [&] {
    make_folder(folder);
    bench::write_manifest(options.manifest, fields, random_names);
  });
  const auto processor = bench::processor_s();
  auto begin = std::chrono::steady_clock::now();
  double parsed = 0, used = 0, opened = 0, pss = 0, bytes = 0;
  {
    const auto screen = store::open_screen(comm, options);
    parsed = since(begin), used = bench::processor_s() - processor;
    mpi::on_root(comm, [&] { bytes = static_cast<double>(fs::file_size(options.kept)); });
  }
  comm.barrier();
  begin = std::chrono::steady_clock::now();
  {
    const auto screen = store::open_screen(comm, options);
    opened = since(begin);
    std::vector<double> sums = {pss_MB(), 0};
    comm.all_reduce(sums, mpi::Reduction::sum);
    pss = sums[0];
    comm.barrier();
  }
  std::vector<double> peaks = {bench::peak_MB()};
  comm.all_reduce(peaks, mpi::Reduction::sum);
  mpi::on_root(comm, [&] {
    fs::remove_all(folder);
    const double limit = 0.5 * std::max(1.0, static_cast<double>(fields) / 1e6);
    const auto rounded = [](double value) { return std::round(100 * value) / 100; };
    const nlohmann::ordered_json line = {{"stage", "screen"},
                                         {"work",
                                          {{"fields", fields},
                                           {"channels", bench::channels},
                                           {"ranks", comm.size()},
                                           {"names", random_names ? "random" : "alike"}}},
                                         {"seconds", rounded(parsed)},
                                         {"processor_s", rounded(used)},
                                         {"open_seconds", rounded(opened)},
                                         {"limit", "0.5 s to open a million fields from screen.h5"},
                                         {"limit_s", rounded(limit)},
                                         {"held", opened <= limit},
                                         {"file_MB", rounded(bytes / 1e6)},
                                         {"pss_MB", rounded(pss)},
                                         {"peaks_MB", rounded(peaks[0])}};
    std::printf("%s\n", line.dump().c_str());
  });
  return 0;
}

}  // namespace
}  // namespace cytoscale

int main(int argc, char** argv) {
  cytoscale::mpi::MpiSession session(argc, argv);
  try {
    return cytoscale::measure(session.world(), argc > 1 ? std::atoll(argv[1]) : 1'000'000,
                              argc > 2 && std::string(argv[2]) == "random");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_screen: %s\n", error.what());
    return 2;
  }
}
