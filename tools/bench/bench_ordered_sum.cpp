// mpirun -n N bench_ordered_sum [--values 11200000] [--parts 2N] [--rounds 5]
// Sums of float32 gradients over ranks in the order of a tree (mpi/ordered_sum.hpp), MB of them by second.
// The limit: MPI_Allreduce of the same bytes. The usual values are those of ResNet18.
#include "bench.hpp"
#include "mpi/ordered_sum.hpp"

namespace cytoscale::bench {
namespace {

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  std::int64_t values = 11'200'000;
  int parts = 2 * comm.size(), rounds = 5;
  cli::OptionSet options;
  options.add("values", values, "");
  options.add("parts", parts, "shards of a batch, over all ranks");
  options.add("rounds", rounds, "");
  assign(options, argc, argv);
  if (comm.size() < 2) throw Error("has nothing to sum over", "one rank", "Start it by mpirun -n 2");
  if (values < 1 || parts < comm.size()) throw Error("are too few", "--values or --parts");
  const auto count = static_cast<std::size_t>(values);
  mpi::OrderedSum sum(comm, static_cast<std::size_t>(parts), count, 1);
  const auto subtrees =
      mpi::subtrees_of(mpi::parts_of(static_cast<std::size_t>(parts), comm.rank(), comm.size()));
  // Zeros: they stay numbers, however often they are summed.
  std::vector<std::vector<float>> arrays(subtrees.size(), std::vector<float>(count));
  const auto ordered = [&] {
    sum.start({arrays.begin(), arrays.end()});
    while (!sum.advance()) {
    }
  };
  const auto measured = in_turn(comm, rounds, ordered,
                                [&] { comm.all_reduce(std::span(arrays.front()), mpi::Reduction::sum); });
  const double megabytes = static_cast<double>(values) * sizeof(float) / 1e6;
  print(comm, {"ordered_sum",
               {{"MB", megabytes}, {"parts", parts}},
               "MB",
               megabytes,
               "MPI_Allreduce of the same bytes",
               megabytes,
               measured});
}

}  // namespace
}  // namespace cytoscale::bench

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::bench::measure);
}
