#include "learn/run/loss_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

using testing::HasSubstr;

TEST(LossWatch, ALossThatIsNoNumberEndsTheRunAtOnce) {
  LossWatch watch(10, 1, "model");
  watch.observe(3, 1, false);
  EXPECT_THAT(message_of([&] { watch.observe(NAN, 2, false); }),
              testing::AllOf(HasSubstr("step 2"), HasSubstr("model"), HasSubstr("--learning-rate"),
                             testing::Not(HasSubstr("checkpoint"))));
  EXPECT_THAT(message_of([&] { watch.observe(INFINITY, 2, true); }),
              HasSubstr("the last checkpoint is kept"));
}

TEST(LossWatch, DivergenceIsJudgedByTheMeanOfTheLastSteps) {
  LossWatch watch(10, 1, "model");
  std::int64_t step = 0;
  for (; step < 19; ++step) watch.observe(100, step + 1, false);  // fewer than are judged by
  EXPECT_THROW(watch.observe(100, ++step, false), Error);
  LossWatch calm(10, 1, "model");
  for (step = 0; step < 100; ++step) calm.observe(9.9, step + 1, false);
  for (; step < 119; ++step) calm.observe(9.9, step + 1, false);
  EXPECT_THAT(message_of([&] { calm.observe(20, 120, false); }),
              HasSubstr("over the 20 steps up to step 120"));
}

}  // namespace
}  // namespace cytoscale::learn
