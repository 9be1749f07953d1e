#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "hdf5/file.hpp"
#include "test_support.hpp"

namespace cytoscale::hdf5 {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Serial work: each rank in a file of its own.
std::filesystem::path own_file(const std::string& name) {
  return fresh_folder(name) / ("rank" + std::to_string(world().rank()) + ".h5");
}

TEST(Attributes, RoundTrip) {
  const auto path = own_file("attributes");
  {
    File file = File::create(path);
    Group group = file.root().create_group("g");
    group.set_attribute("text", "Hällo");
    group.set_attribute("empty text", "");
    group.set_attribute("list", std::vector<std::string>{"a", "", "ccc"});
    group.set_attribute("no list", std::vector<std::string>{});
    group.set_attribute("number", std::int64_t{-7});
    group.set_boolean("yes", true);
    group = Group();
    file.close();
  }
  File file = File::open(path, File::Access::read);
  const Group group = file.root().group("g");
  EXPECT_EQ(group.text_attribute("text"), "Hällo");
  EXPECT_EQ(group.text_attribute("empty text"), "");
  EXPECT_EQ(group.texts_attribute("list"), (std::vector<std::string>{"a", "", "ccc"}));
  EXPECT_TRUE(group.texts_attribute("no list").empty());
  EXPECT_EQ(group.integers_attribute("number"), std::vector<std::int64_t>{-7});
  EXPECT_EQ(group.integers_attribute("yes"), std::vector<std::int64_t>{1});
  EXPECT_FALSE(group.has_attribute("absent"));
  EXPECT_EQ(group.text_attribute("absent", "otherwise"), "otherwise");
}

TEST(Attributes, ErrorsNameTheObject) {
  const auto path = own_file("attribute_errors");
  File file = File::create(path);
  file.root().set_attribute("number", std::int64_t{1});
  EXPECT_THAT(
      [&] { file.root().text_attribute("absent"); },
      ThrowsMessage<Error>(testing::AllOf(HasSubstr(".h5:/"), HasSubstr("attribute absent is missing"))));
  EXPECT_THAT([&] { file.root().text_attribute("number"); }, ThrowsMessage<Error>(HasSubstr("is not text")));
  EXPECT_THAT([&] { file.root().set_attribute("number", "again"); },
              ThrowsMessage<Error>(HasSubstr("HDF5: ")));
}

TEST(Files, BrokenOnesAreRefused) {
  const auto path = own_file("broken");
  EXPECT_THAT([&] { File::open(path, File::Access::read); }, ThrowsMessage<Error>(HasSubstr("no such file")));
  EXPECT_THAT([&] { File::open(path.parent_path(), File::Access::read); },
              ThrowsMessage<Error>(HasSubstr("folder")));
  write_file_atomically(path, "not HDF5 at all");
  EXPECT_THAT([&] { File::open(path, File::Access::read); },
              ThrowsMessage<Error>(testing::AllOf(HasSubstr("cannot be opened"), HasSubstr("HDF5: "),
                                                  HasSubstr("make it again"))));
  {
    File file = File::create(path);
    file.root().create<double>("x", {1000});
    file.close();
  }
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 100);
  EXPECT_THAT([&] { File::open(path, File::Access::read); }, ThrowsMessage<Error>(HasSubstr("truncated")));
  EXPECT_THAT([&] { File::create(path.parent_path() / "absent" / "x.h5"); },
              ThrowsMessage<Error>(HasSubstr("cannot be created")));
}

}  // namespace
}  // namespace cytoscale::hdf5
