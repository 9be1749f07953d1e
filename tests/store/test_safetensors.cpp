#include "store/safetensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

StoredTensor floats(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  StoredTensor tensor{"F32", std::move(shape), std::vector<std::byte>(values.size() * 4)};
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

SafeTensors example() {
  SafeTensors tensors;
  tensors.tensors["b.weight"] = floats({2, 3}, {1, 2, 3, 4, 5, 6});
  tensors.tensors["a"] = floats({}, {7});
  tensors.tensors["none"] = floats({0, 5}, {});
  tensors.tensors["flags"] = {"U8", {3}, {std::byte{1}, std::byte{2}, std::byte{3}}};
  tensors.metadata = {{"architecture", "resnet18"}, {"labels", "[\"a\", \"b\"]"}};
  return tensors;
}

// A file with this header and this much data.
void write_raw(const std::filesystem::path& path, const std::string& header, std::size_t data) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(header.size() >> (8 * i));
  write_file_atomically(path, bytes + header + std::string(data, 'x'));
}

TEST(SafeTensors, RoundTripAndSameBytes) {
  const auto path = fresh_folder("safetensors") / "m.safetensors";
  const SafeTensors tensors = example();
  write_safetensors(path, tensors);
  const SafeTensors again = read_safetensors(path);
  ASSERT_EQ(again.tensors.size(), 4u);
  for (const auto& [name, tensor] : tensors.tensors) {
    EXPECT_EQ(again.tensors.at(name).dtype, tensor.dtype);
    EXPECT_EQ(again.tensors.at(name).shape, tensor.shape);
    EXPECT_EQ(again.tensors.at(name).bytes, tensor.bytes);
  }
  EXPECT_EQ(again.metadata, tensors.metadata);
  EXPECT_EQ(read_safetensors_metadata(path), tensors.metadata);
  const std::string first = read_file(path);
  write_safetensors(path, again);
  EXPECT_EQ(read_file(path), first);
}

TEST(SafeTensors, EveryTruncationIsRefused) {
  const auto path = fresh_folder("safetensors_cut") / "m.safetensors";
  write_safetensors(path, example());
  const std::string whole = read_file(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    EXPECT_THROW(read_safetensors(path), Error) << size;
  }
  write_file_atomically(path, whole + "x");
  EXPECT_THAT([&] { read_safetensors(path); },
              ThrowsMessage<Error>(HasSubstr("bytes of data, the header speaks of")));
}

TEST(SafeTensors, ContradictionsAreRefused) {
  const auto path = fresh_folder("safetensors_bad") / "m.safetensors";
  const auto refused = [&](const std::string& header, std::size_t data, const std::string& part) {
    write_raw(path, header, data);
    EXPECT_THAT([&] { read_safetensors(path); }, ThrowsMessage<Error>(HasSubstr(part))) << header;
  };
  EXPECT_THAT([&] { read_safetensors(path); }, ThrowsMessage<Error>(HasSubstr("cannot be opened")));
  refused("nonsense", 0, "not JSON");
  refused("[1]", 0, "not a JSON object");
  refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "does not fit the tensor's shape");
  refused(R"({"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}})", 8, "the element type 'F99' is not known");
  refused(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8, "negative size");
  refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8, "does not fit");
  refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8, "two whole numbers");
  refused(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0,
          "beyond all memory");
  for (const char* shape : {"[1.5]", "[1e300]", "[true]", "[null]", "4", "{}"})
    refused(std::string(R"({"a":{"dtype":"F32","shape":)") + shape + R"(,"data_offsets":[0,4]}})", 4,
            "not a list of whole numbers");
  refused(R"({"a":{"shape":[2],"data_offsets":[0,8]}})", 8, "lacks dtype");
  refused(
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      4, "overlap or leave a hole");
  refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "overlap or leave a hole");
  refused(R"({"__metadata__":{"a":1}})", 0, "metadata are not all text");
}

TEST(SafeTensors, WrongSizesAreNotWritten) {
  const auto path = fresh_folder("safetensors_write") / "m.safetensors";
  SafeTensors tensors = example();
  tensors.tensors["a"].bytes.pop_back();
  EXPECT_THAT([&] { write_safetensors(path, tensors); }, ThrowsMessage<Error>(HasSubstr("has 3 bytes")));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace cytoscale::store
