#include "image/io/npy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// As numpy.save writes it.
std::string npy(const std::string& dictionary, const std::string& values, char version = 1) {
  std::string header = dictionary + "\n", bytes = std::string("\x93NUMPY") + version + '\0';
  bytes += static_cast<char>(header.size());
  bytes += std::string(version == 1 ? 1 : 3, '\0');
  return bytes + header + values;
}

std::filesystem::path file_of(const std::string& bytes) {
  const auto path = fresh_folder("npy") / "a.npy";
  write_file_atomically(path, bytes);
  return path;
}

std::string refusal(const std::string& bytes) {
  const auto path = file_of(bytes);
  return message_of([&] { read_npy(path); });
}

const std::string bytes6 = {1, 2, 3, 4, 5, 6};

TEST(Npy, RowsColumnsAndByteOrder) {
  const auto rows = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", bytes6);
  EXPECT_THAT(to_float(read_npy(file_of(rows))).pixels, ElementsAre(1, 2, 3, 4, 5, 6));
  const auto columns = npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}", bytes6, 2);
  const auto plane = read_npy(file_of(columns));
  EXPECT_EQ(plane.height, 2);
  EXPECT_EQ(plane.width, 3);
  EXPECT_THAT(to_float(plane).pixels, ElementsAre(1, 3, 5, 2, 4, 6));
  const auto big = npy("{'shape': (1, 3), 'fortran_order': False, 'descr': '>i2'}", bytes6, 3);
  EXPECT_THAT(to_float(read_npy(file_of(big))).pixels, ElementsAre(258, 772, 1286));
}

TEST(Npy, WhatIsNoPlaneOfNumbersIsNamed) {
  const auto with = [](const std::string& descr, const std::string& shape) {
    return npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }", bytes6);
  };
  EXPECT_THAT(refusal("MATLAB 5.0 MAT-file"), AllOf(HasSubstr("a.npy"), HasSubstr("not a NumPy file")));
  EXPECT_THAT(refusal(""), HasSubstr("not a NumPy file"));
  EXPECT_THAT(refusal(npy("{}", "", 9)), HasSubstr("version 9"));
  EXPECT_THAT(refusal(npy("{'shape': (2, 3)}", bytes6)), HasSubstr("no 'descr'"));
  EXPECT_THAT(refusal(with("'|O'", "(2, 3)")), HasSubstr("type '|O', not numbers"));
  EXPECT_THAT(refusal(with("[('a', '<f4')]", "(2, 3)")), HasSubstr("not numbers"));
  EXPECT_THAT(refusal(with("'<c8'", "(2, 3)")), HasSubstr("not numbers"));
  for (const char* shape : {"(6,)", "()", "(1, 2, 3)", "(0, 6)"})
    EXPECT_THAT(refusal(with("'|u1'", shape)), HasSubstr("one plane is needed")) << shape;
  for (const char* shape : {"(-2, 3)", "(2, x)", "(99999999999, 1)"})
    EXPECT_THAT(refusal(with("'|u1'", shape)), HasSubstr("its shape is")) << shape;
  EXPECT_THAT(refusal(with("'|u1'", "2")), HasSubstr("no shape"));
  EXPECT_THAT(refusal(with("'|u1'", "(2, 4)")), HasSubstr("has 6 bytes of values, 8 are needed"));
  EXPECT_THAT(refusal(with("'|u1'", "(2, 2)")), HasSubstr("has 6 bytes of values, 4 are needed"));
  EXPECT_THAT(refusal(with("'|u1'", "(2, 3)").substr(0, 30)), HasSubstr("ends in its header"));
}

}  // namespace
}  // namespace cytoscale::image
