// What numpy reads is judged in test_exports.py.
#include "exports/npz.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/text/deflate.hpp"
#include "exports/row_source.hpp"
#include "exports/site_files.hpp"

namespace cytoscale::exports {
namespace {

TEST(Npz, DataBeginAtAMultipleOf64) {
  const std::vector<float> values(6, 1.5f);
  for (const auto& shape : {std::vector<std::size_t>{6}, {2, 3}, {1, 2, 3}}) {
    const auto npy = npy_of(std::span<const float>(values), shape);
    EXPECT_EQ((npy.size() - sizeof(float) * values.size()) % 64, 0u);
    EXPECT_TRUE(npy.starts_with("\x93NUMPY\x01"));
  }
  EXPECT_NE(npy_of(std::span<const float>(values), {6}).find("'shape': (6,), }"), std::string::npos);
  EXPECT_NE(npy_of(std::span<const float>(values), {2, 3}).find("'shape': (2, 3), }"), std::string::npos);
}

TEST(Npz, SmallerWhereDeflatedAndTheSameEachTime) {
  const std::vector<std::pair<std::string, std::string>> arrays = {{"a", std::string(10'000, 'x')},
                                                                   {"b", "y"}};
  EXPECT_LT(npz_of(arrays, true).size(), 1'000u);
  EXPECT_GT(npz_of(arrays, false).size(), 10'000u);
  EXPECT_EQ(npz_of(arrays, true), npz_of(arrays, true));
}

TEST(Npz, ChecksumIsZips) {
  EXPECT_EQ(crc32_of(std::as_bytes(std::span("123456789", 9))), 0xcbf43926u);  // of every list of CRCs
}

TEST(ExportNames, FeaturesAndMetadataAreToldApart) {
  EXPECT_EQ(feature_name("resnet18_conv4a_0", "Cells_"), "Cells_resnet18_conv4a_0");
  EXPECT_EQ(feature_name("Nuclei_AreaShape_Area", "Cells_"), "Nuclei_AreaShape_Area");
  EXPECT_EQ(metadata_name("Metadata_Plate"), "Metadata_Plate");
  EXPECT_EQ(metadata_name("Nuclei_Border"), "Metadata_Nuclei_Border");
}

TEST(ExportNames, NoPathLeavesItsFolder) {
  EXPECT_EQ(path_part("P1", "c"), "P1");
  for (const char* bad : {"", ".", "..", "a/b", "/"}) EXPECT_THROW(path_part(bad, "c"), Error) << bad;
}

}  // namespace
}  // namespace cytoscale::exports
