#include <gtest/gtest.h>

#include <fstream>

#include "core/error.hpp"
#include "core/table/csv.hpp"
#include "learn/run/train_log.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

TEST(TrainLog, AppendsAndDropsWhatLiesBehindTheCheckpoint) {
  const auto path = fresh_folder("train_log") / "train_log.csv";
  if (!world().root()) return;
  {
    TrainLog log(path, 0);
    for (std::int64_t step = 10; step <= 40; step += 10) {
      TrainLogRow row;
      row.step = step;
      row.seconds = static_cast<double>(step) / 2;
      if (step == 20) row.validation_loss = 1.5;
      log.add(row);
    }
  }
  std::ofstream(path, std::ios::app) << "50,1,2";  // cut short by a crash
  {
    TrainLog log(path, 20);
    EXPECT_EQ(log.seconds_before(), 10);
    TrainLogRow row;
    row.step = 30;
    log.add(row);
  }
  const auto table = read_csv(path);
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[1][table.column("validation_loss")], "1.5");
  EXPECT_EQ(table.rows[0][table.column("validation_loss")], "");
  EXPECT_EQ(table.rows[2][table.column("step")], "30");
}

TEST(TrainLog, SaysWhereItCannotWrite) {
  EXPECT_THROW(TrainLog("/proc/none/train_log.csv", 0), Error);
}

}  // namespace
}  // namespace cytoscale::learn
