#include "mpi/node/node_bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <unistd.h>

#include "mpi/agree.hpp"
#include "test_support.hpp"

namespace cytoscale::mpi {
namespace {

std::vector<std::span<const std::byte>> parts_of(const std::vector<std::string>& texts) {
  std::vector<std::span<const std::byte>> parts;
  for (const auto& text : texts) parts.push_back(std::as_bytes(std::span(text)));
  return parts;
}

// kB of this process that other processes have mapped, too.
std::size_t shared_kB() {
  std::ifstream lines("/proc/self/smaps_rollup");
  std::string word;
  std::size_t value = 0, sum = 0;
  while (lines >> word)
    if ((word == "Shared_Clean:" || word == "Shared_Dirty:") && lines >> value) sum += value;
  return sum;
}

TEST(NodeBytes, AreRootsOnAllRanks) {
  const std::vector<std::string> texts = {"a", "", std::string(100, 'b'), "c"};
  std::vector<std::string> mine;
  if (world().root()) mine = texts;
  const auto node = on_each_node(world(), parts_of(mine));
  const auto places = places_of_parts(parts_of(texts));
  ASSERT_EQ(places, (std::vector<std::size_t>{0, 64, 64, 192, 256}));
  ASSERT_EQ(node.bytes.size(), places.back());
  for (std::size_t i = 0; i < texts.size(); ++i)
    EXPECT_EQ(std::memcmp(node.bytes.data() + places[i], texts[i].data(), texts[i].size()), 0) << i;
}

TEST(NodeBytes, NothingIsNothing) {
  EXPECT_TRUE(on_each_node(world(), {}).bytes.empty());
}

TEST(NodeBytes, OnANodeOnce) {
  if (world().size() == 1) GTEST_SKIP() << "one rank has nobody to share with";
  std::string large;
  if (world().root()) large.assign(std::size_t{64} << 20, 'x');
  const auto part = std::as_bytes(std::span(large));
  const auto before = shared_kB();
  const auto node = on_each_node(world(), {&part, 1});
  EXPECT_EQ(std::count(node.bytes.begin(), node.bytes.end(), std::byte('x')), std::ptrdiff_t{64} << 20);
  world().barrier();
  EXPECT_GT(shared_kB(), before + (60u << 10));
  world().barrier();
}

// The name is gone while the memory is in use: a killed run leaves nothing. Whoever held it last lets go of
// it, on whatever thread.
TEST(NodeBytes, LeaveNoName) {
  std::string text;
  if (world().root()) text = "kept";
  const auto part = std::as_bytes(std::span(text));
  auto node = on_each_node(world(), {&part, 1});
  world().barrier();
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm"))
    EXPECT_EQ(entry.path().filename().string().find("cytoscale-" + std::to_string(getpid())),
              std::string::npos);
  std::thread([keeper = std::move(node.keeper)] {}).join();
}

}  // namespace
}  // namespace cytoscale::mpi
