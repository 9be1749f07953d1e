#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "mpi/agree.hpp"
#include "store/rows/journal.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;

const json recipe = {{"options", {{"crop-size", "64"}}}};

// Each rank writes its share of the items [first, last).
void write_items(Journal& journal, std::size_t first, std::size_t last) {
  const auto ranks = static_cast<std::size_t>(world().size()),
             rank = static_cast<std::size_t>(world().rank());
  for (auto item = first; item < last; ++item)
    if (item % ranks == rank) journal.write(item, "content of " + std::to_string(item));
  journal.checkpoint();
}

// All that the ranks take, by item; counts how often each was taken.
std::map<std::size_t, int> taken(Journal& journal) {
  std::vector<std::size_t> mine;
  for (const auto& record : journal.take()) {
    EXPECT_EQ(record.content, "content of " + std::to_string(record.item));
    mine.push_back(record.item);
  }
  std::map<std::size_t, int> counts;
  for (const auto item : world().gather_all<std::size_t>(mine)) ++counts[item];
  return counts;
}

TEST(Journal, AStoppedRunIsContinuedAndEachItemIsTakenOnce) {
  const auto output = fresh_folder("journal_continued") / "cells.h5";
  {
    Journal stopped(world(), output, recipe, false);
    write_items(stopped, 0, 7);
  }
  Journal journal(world(), output, recipe, false);
  for (std::size_t item = 0; item < 12; ++item) EXPECT_EQ(journal.has(item), item < 7);
  write_items(journal, 7, 12);
  const auto counts = taken(journal);
  EXPECT_EQ(counts.size(), 12);
  for (const auto& [item, count] : counts) EXPECT_EQ(count, 1) << item;
  journal.remove();
  world().barrier();
  EXPECT_FALSE(fs::exists(output.string() + ".part"));
}

TEST(Journal, OtherOptionsAreRefusedUnlessOverwritten) {
  const auto output = fresh_folder("journal_refused") / "cells.h5";
  {
    Journal first(world(), output, recipe, false);
    write_items(first, 0, 3);
  }
  const json other = {{"options", {{"crop-size", "32"}}}};
  const auto said = message_of([&] { Journal(world(), output, other, false); });
  EXPECT_NE(said.find("--crop-size is 32, it was 64"), std::string::npos) << said;
  EXPECT_NE(said.find("--overwrite"), std::string::npos);
  Journal anew(world(), output, other, true);
  for (std::size_t item = 0; item < 3; ++item) EXPECT_FALSE(anew.has(item));
}

TEST(Journal, AFolderThatAKilledRunLeftEmptyIsTaken) {
  const auto output = fresh_folder("journal_empty") / "cells.h5";
  mpi::on_root(world(), [&] { fs::create_directory(output.string() + ".part"); });
  Journal journal(world(), output, recipe, false);
  write_items(journal, 0, 4);
  EXPECT_EQ(taken(journal).size(), 4);
}

TEST(Journal, WhatATornRecordHeldIsDoneAgain) {
  const auto output = fresh_folder("journal_torn") / "cells.h5";
  {
    Journal stopped(world(), output, recipe, false);
    write_items(stopped, 0, 6);
  }
  mpi::on_root(world(), [&] {
    for (const auto& entry : fs::directory_iterator(output.string() + ".part"))
      if (entry.path().extension() == ".records" && fs::file_size(entry) > 3)
        fs::resize_file(entry, fs::file_size(entry) - 3);
  });
  Journal journal(world(), output, recipe, false);
  std::size_t done = 0;
  for (std::size_t item = 0; item < 6; ++item) done += journal.has(item);
  EXPECT_EQ(done, 6u - static_cast<std::size_t>(std::min(world().size(), 6)));
}

}  // namespace
}  // namespace cytoscale::store
