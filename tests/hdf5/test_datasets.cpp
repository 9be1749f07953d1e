#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "hdf5/file.hpp"
#include "test_support.hpp"

namespace cytoscale::hdf5 {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::filesystem::path own_file(const std::string& name) {
  return fresh_folder(name) / ("rank" + std::to_string(world().rank()) + ".h5");
}

template <typename T>
class Numbers : public testing::Test {};
using NumberTypes = testing::Types<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t,
                                   std::int32_t, std::uint64_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(Numbers, NumberTypes);

TYPED_TEST(Numbers, RoundTripAndPartialReads) {
  const auto path = own_file("numbers" + std::to_string(static_cast<int>(number_of<TypeParam>())));
  std::vector<TypeParam> values(24);
  std::iota(values.begin(), values.end(), TypeParam{3});
  {
    File file = File::create(path);
    file.root().store<TypeParam>("x", {6, 4}, values);
    file.close();
  }
  File file = File::open(path, File::Access::read);
  const Dataset x = file.root().dataset("x");
  EXPECT_EQ(x.shape(), (Shape{6, 4}));
  EXPECT_EQ(x.read_all<TypeParam>(), values);
  std::vector<double> rows(8);  // converted
  x.read<double>(2, 2, rows);
  EXPECT_EQ(rows.front(), 11.0);
  EXPECT_EQ(rows.back(), 18.0);
}

TEST(Datasets, HalvesKeepTheirBits) {
  const auto path = own_file("halves");
  const std::vector<float> values = {1.0f, 0.1f, -3.5f, 70000.0f};
  std::vector<Half> halves(4);
  to_half(values, halves);
  File file = File::create(path);
  const Dataset x = file.root().store<Half>("x", {4}, halves);
  EXPECT_EQ(x.element_bytes(), 2u);
  const auto bits = x.read_all<Half>();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(bits[i].bits, halves[i].bits);
  // HDF5's own conversion agrees with ours.
  const auto floats = x.read_all<float>();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(floats[i], from_half(halves[i]));
}

TEST(Datasets, TextOfBothKinds) {
  const auto path = own_file("text");
  const std::vector<std::string> texts = {"A01", "", "Ångström"};
  {
    File file = File::create(path);
    file.root().create_text("fixed", 3, 10).write_text(0, texts);
    file.root().store_texts("variable", texts);
    file.root().store_texts("none", {});
    file.root().store_text("one", "hello");
    file.root().store_booleans("flags", {1, 0, 1});
    EXPECT_THAT([&] { file.root().dataset("fixed").write_text(0, {"longer than ten bytes"}); },
                ThrowsMessage<Error>(HasSubstr("longer than the 10 bytes")));
    file.close();
  }
  File file = File::open(path, File::Access::read);
  EXPECT_EQ(file.root().dataset("fixed").read_texts(), texts);
  EXPECT_EQ(file.root().dataset("variable").read_texts(), texts);
  EXPECT_TRUE(file.root().dataset("none").read_texts().empty());
  EXPECT_EQ(file.root().dataset("one").read_texts(), std::vector<std::string>{"hello"});
  EXPECT_EQ(file.root().dataset("flags").kind(), Kind::boolean);
  EXPECT_EQ(file.root().dataset("flags").read_all<std::uint8_t>(), (std::vector<std::uint8_t>{1, 0, 1}));
  EXPECT_EQ(file.root().names(), (std::vector<std::string>{"fixed", "flags", "none", "one", "variable"}));
}

TEST(Datasets, ErrorsNameTheObject) {
  const auto path = own_file("dataset_errors");
  File file = File::create(path);
  file.root().create<float>("x", {5, 2});
  file.root().create_group("g").store_texts("t", {"a"});
  Dataset x = file.root().dataset("x");
  std::vector<float> two(4);
  EXPECT_THAT([&] { x.read<float>(4, 2, two); },
              ThrowsMessage<Error>(HasSubstr("rows 4 to 6 are asked for, it has 5")));
  EXPECT_THAT([&] { file.root().dataset("g/y"); },
              ThrowsMessage<Error>(HasSubstr(":/g/y: there is no dataset")));
  EXPECT_THAT([&] { file.root().dataset("nowhere/y"); },
              ThrowsMessage<Error>(HasSubstr("there is no dataset")));
  EXPECT_THAT([&] { file.root().dataset("g"); }, ThrowsMessage<Error>(HasSubstr("a dataset is needed")));
  EXPECT_THAT([&] { file.root().group("x"); }, ThrowsMessage<Error>(HasSubstr("a group is needed")));
  EXPECT_THAT([&] { file.root().dataset("g/t").read_all<float>(); },
              ThrowsMessage<Error>(HasSubstr("numbers are")));
  EXPECT_THAT([&] { x.read_texts(); }, ThrowsMessage<Error>(HasSubstr("text is expected")));
  EXPECT_THROW(file.root().create<float>("x", {1}), Error);
}

TEST(Datasets, NumbersOfOneTypeAreFoundInTheFile) {
  const auto path = own_file("in_place");
  const std::vector<float> values = {1, 2.5F, -3, 4};
  {
    File file = File::create(path);
    file.root().create<float>("x", {2, 2}).write<float>(0, 2, values);
    file.close();
  }
  const File file = File::open(path, File::Access::read);
  const Dataset x = file.root().dataset("x");
  ASSERT_EQ(x.file_offset_of(Number::f32), std::optional(x.file_offset()));
  const std::string bytes = read_file(path);
  EXPECT_EQ(std::memcmp(bytes.data() + x.file_offset(), values.data(), 16), 0);
  for (const auto other : {Number::i32, Number::u32, Number::f64, Number::f16})
    EXPECT_EQ(x.file_offset_of(other), std::nullopt);
}

TEST(Datasets, EqualContentGivesEqualBytes) {
  const auto folder = fresh_folder("reproducible");
  const auto make = [&](const std::string& name) {
    const auto path = folder / (name + std::to_string(world().rank()));
    File file = File::create(path);
    file.root().set_attribute("a", "b");
    Group group = file.root().create_group("g");
    group.store_texts("t", {"x", "yy"});
    group.create<float>("never written", {100});
    group = Group();
    file.close();
    return read_file(path);
  };
  EXPECT_TRUE(make("one") == make("two"));
}

}  // namespace
}  // namespace cytoscale::hdf5
