// One main for every test binary: starts MPI, lets ranks agree on the result, and fails where no test ran.
#include <gtest/gtest.h>

#include <cstdio>

#include "mpi/session.hpp"
#include "test_support.hpp"

namespace {

// All tests skipped: 77, which ctest shows as skipped (with the reasons printed above).
int exit_code_of(const testing::UnitTest& unit) {
  if (unit.test_to_run_count() == 0) {
    std::fprintf(stderr, "no test ran\n");
    return 1;
  }
  if (unit.failed_test_count() > 0) return 1;
  return unit.skipped_test_count() == unit.test_to_run_count() ? 77 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  cytoscale::mpi::MpiSession session(argc, argv, true);
  cytoscale::test_world() = &session.world();
  if (!session.world().root()) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    if (!std::getenv("CYTOSCALE_TEST_VERBOSE")) delete listeners.Release(listeners.default_result_printer());
  }
  const int result = RUN_ALL_TESTS();
  (void)result;
  const int mine = exit_code_of(*testing::UnitTest::GetInstance());
  if (mine == 1 && !session.world().root()) {
    std::fprintf(stderr, "tests failed on rank %d: run with CYTOSCALE_TEST_VERBOSE=1 to see which\n",
                 session.world().rank());
  }
  const auto failed = session.world().sum(mine == 1);
  const auto skipped = session.world().sum(mine == 77);
  return failed ? 1 : skipped ? 77 : 0;
}
