#include <gtest/gtest.h>

#include <signal.h>

#include <functional>

#include "core/system/stop_request.hpp"
#include "mpi/agree.hpp"
#include "mpi/pulse.hpp"
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

TEST(Communicator, GathersMoreThanOneCallMayCarry) {
  std::vector<std::byte> mine(static_cast<std::size_t>(world().rank()) * 7 + 5);
  for (std::size_t i = 0; i < mine.size(); ++i)
    mine[i] = static_cast<std::byte>(static_cast<std::size_t>(world().rank()) * 16 + i);
  for (const bool to_all : {true, false}) {
    std::vector<std::size_t> counts, counts_again;
    const auto all = world().gather_bytes(mine, counts, to_all);
    EXPECT_EQ(world().gather_bytes(mine, counts_again, to_all, 3), all);  // 3 bytes at a time
    EXPECT_EQ(counts_again, counts);
    EXPECT_EQ(all.empty(), !to_all && !world().root());
    for (const std::size_t most : {3u, 1u << 30}) {
      std::vector<std::byte> room(world().root() ? all.size() : 0);
      world().gather_into(mine, room, most);
      EXPECT_TRUE(!world().root() || room == all);
    }
  }
}

// What each rank throws by its number; nothing below `from`.
Error agreed(int from, const std::function<std::string(int)>& problem) {
  try {
    together(world(), [&] {
      if (world().rank() >= from) throw Error(problem(world().rank()), "file.tif", "Mend it");
    });
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.exit_code(), exit_input_error);
    return error;
  }
  ADD_FAILURE() << "no AgreedError";
  return Error("");
}

TEST(Agree, AllRanksAlikeThrowOnceWithoutAPlace) {
  EXPECT_STREQ(agreed(0, [](int) { return "broken"; }).what(), "file.tif: broken. Mend it.");
}

TEST(Agree, OneRanksErrorNamesItAndItsHost) {
  const int last = world().size() - 1;
  const std::string text = agreed(last, [](int) { return "broken"; }).what();
  if (last == 0) GTEST_SKIP() << "needs two ranks";
  EXPECT_EQ(text.find("file.tif: broken (rank " + std::to_string(last) + " on "), 0u) << text;
}

TEST(Agree, TheLowestRanksErrorIsThrownAndTheOthersCounted) {
  if (world().size() < 3) GTEST_SKIP() << "needs three ranks";
  const std::string text = agreed(1, [](int rank) { return "broken " + std::to_string(rank); }).what();
  EXPECT_NE(text.find("broken 1"), std::string::npos) << text;
  EXPECT_NE(text.find("(" + std::to_string(world().size() - 2) + " more ranks failed otherwise)"),
            std::string::npos)
      << text;
}

TEST(Agree, AnyExceptionIsAgreedOnAndNoneIsFine) {
  EXPECT_THROW(on_root(world(), [] { throw std::bad_alloc(); }), AgreedError);
  EXPECT_NO_THROW(together(world(), [] {}));
  try {
    on_root(world(), [] { throw std::out_of_range("vector"); });
    ADD_FAILURE();
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.exit_code(), exit_internal);
  }
}

TEST(Agree, AStopOfOneRankIsAllRanks) {
  EXPECT_NO_THROW(stop_if_asked(world()));
  if (world().rank() == world().size() - 1) StopRequest::raise(SIGTERM);
  try {
    stop_if_asked(world());
    ADD_FAILURE();
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.exit_code(), exit_interrupted);
    EXPECT_NE(std::string(error.what()).find("SIGTERM"), std::string::npos);
  }
  StopRequest::clear();
}

TEST(Pulse, AllRanksSeeTheSameSums) {
  Pulse pulse(world(), 2, 0);
  std::vector<std::int64_t> seen;
  for (std::int64_t round = 0; round < 20;) {
    const std::int64_t mine[2] = {world().rank() + 1, round};
    if (!pulse.advance(mine, true)) continue;
    ++round;
    seen.push_back(pulse.sums()[0]);
    EXPECT_EQ(pulse.sums()[1] % world().size(), 0);
  }
  const std::int64_t n = world().size();
  for (const auto sum : seen) EXPECT_EQ(sum, n * (n + 1) / 2);
}

}  // namespace
}  // namespace cytoscale::mpi
