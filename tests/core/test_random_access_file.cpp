// Reading at any place: whole, by threads at once, of a file that is cut or missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/system/random_access_file.hpp"
#include "core/threads/worker_pool.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

std::filesystem::path counted_bytes() {
  const auto path = fresh_folder("random_access_file") / "bytes";
  std::ofstream out(path, std::ios::binary);
  for (int i = 0; i < 100'000; ++i) out.put(static_cast<char>(i % 251));
  return path;
}

TEST(RandomAccessFile, ReadsAtAnyPlaceByThreads) {
  RandomAccessFile opened(counted_bytes());
  const RandomAccessFile file(std::move(opened));
  file.expect_scattered_reads();
  std::array<std::vector<std::byte>, 40> parts;
  WorkerPool(3).run(parts.size(), [&](std::size_t item, int) {
    parts[item].resize(item * 60);
    file.read(item * 2499, parts[item]);
  });
  for (std::size_t item = 0; item < parts.size(); ++item)
    for (std::size_t i = 0; i < parts[item].size(); ++i)
      ASSERT_EQ(static_cast<std::size_t>(parts[item][i]), (item * 2499 + i) % 251);
}

TEST(RandomAccessFile, SaysWhatIsWrong) {
  const auto path = counted_bytes();
  const RandomAccessFile file(path, "Make it again");
  std::vector<std::byte> bytes(100);
  EXPECT_THAT(
      [&] { file.read(99'901, bytes); },
      testing::ThrowsMessage<Error>(testing::AllOf(
          testing::HasSubstr("bytes: the file ended before its time"), testing::HasSubstr("Make it again"))));
  file.read(99'900, bytes);
  EXPECT_THAT([&] { RandomAccessFile(path.string() + ".none"); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("cannot be opened")));
  EXPECT_THAT([&] { RandomAccessFile(path.parent_path()).read(0, bytes); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("reading failed")));
}

}  // namespace
}  // namespace cytoscale
