#include <gtest/gtest.h>

#include "mpi/agree.hpp"
#include "test_support.hpp"

namespace cytoscale::mpi {
namespace {

TEST(Communicator, ReducesOverRanks) {
  std::vector<double> values{1.0, static_cast<double>(world().rank())};
  world().all_reduce(std::span(values), Reduction::sum);
  const double n = world().size();
  EXPECT_EQ(values[0], n);
  EXPECT_EQ(values[1], n * (n - 1) / 2);
  EXPECT_EQ(world().max(world().rank()), world().size() - 1);
  EXPECT_EQ(world().prefix_sum(2), 2 * world().rank());
}

TEST(Communicator, GathersTextsOfDifferentLengthAndNone) {
  const std::string mine(static_cast<std::size_t>(world().rank()) * 3, 'x');
  const auto all = world().all_gather(mine);
  EXPECT_EQ(all.size(), static_cast<std::size_t>(world().size()));
  for (std::size_t r = 0; r < all.size(); ++r) EXPECT_EQ(all[r].size(), 3 * r);
  const auto rooted = world().gather(mine);
  EXPECT_EQ(rooted.size(), world().root() ? all.size() : 0);
  EXPECT_EQ(world().broadcast(world().root() ? "hello" : ""), "hello");
}

TEST(Agree, EveryRankThrowsTheLowestRanksError) {
  const int last = world().size() - 1;
  std::string text;
  try {
    together(world(), [&] {
      if (world().rank() == last) throw Error("broken", "file.tif", "Mend it");
    });
  } catch (const Error& error) {
    text = error.what();
  }
  EXPECT_EQ(text, "file.tif: broken. Mend it.");
}

TEST(Agree, AnyExceptionIsAgreedOnAndNoneIsFine) {
  EXPECT_THROW(on_root(world(), [] { throw std::bad_alloc(); }), Error);
  EXPECT_NO_THROW(together(world(), [] {}));
}

}  // namespace
}  // namespace cytoscale::mpi
