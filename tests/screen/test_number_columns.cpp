#include "screen/number_columns.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cytoscale::screen {
namespace {

// One column, its values.
bool is_number(const std::string& name, const std::vector<std::string>& values) {
  Table table{{name}, {}};
  for (const auto& value : values) table.rows.push_back({value});
  return !number_columns(table).empty();
}

TEST(NumberColumns, DosesAreNumbersAndNamesAreNot) {
  EXPECT_TRUE(is_number("Metadata_Concentration", {"0.3", "1e-3", "", "10"}));
  EXPECT_TRUE(is_number("Metadata_mmoles_per_liter", {"0", "5"}));
  EXPECT_FALSE(is_number("Metadata_Concentration", {"0.3 uM", "1"}));
  EXPECT_FALSE(is_number("Metadata_Concentration", {"", ""}));
  EXPECT_FALSE(is_number("Metadata_Concentration", {"inf", "1"}));
  EXPECT_FALSE(is_number("Metadata_Concentration", {"nan"}));
  EXPECT_FALSE(is_number("Metadata_Concentration", {}));
}

TEST(NumberColumns, NamesSpelledInDigitsStayNames) {
  for (const char* name :
       {"Metadata_Plate", "Metadata_Site", "Metadata_Batch", "Metadata_Compound", "Metadata_Gene",
        "Metadata_NCBI_Gene_ID", "Metadata_broad_id", "Metadata_Assay_Plate_Barcode"})
    EXPECT_FALSE(is_number(name, {"1", "2"})) << name;
  EXPECT_FALSE(is_number("Metadata_Lot", {"007", "12"}));
  EXPECT_TRUE(is_number("Metadata_Lot", {"0", "0.5", "-0.5", "12"}));
}

TEST(NumberColumns, WholeWhereInt64HoldsThem) {
  EXPECT_TRUE(numbers_of(TextColumn({"1", "20", "-3"}))->whole);
  EXPECT_TRUE(numbers_of(TextColumn({"1.0"}))->whole);
  EXPECT_FALSE(numbers_of(TextColumn({"1", "0.5"}))->whole);
  EXPECT_FALSE(numbers_of(TextColumn({"1e300"}))->whole);
  const auto with_a_gap = numbers_of(TextColumn({"1", ""}));
  EXPECT_FALSE(with_a_gap->whole);
  EXPECT_TRUE(std::isnan(with_a_gap->values[1]));
  EXPECT_FALSE(numbers_of(TextColumn({"1", "one"})));
}

}  // namespace
}  // namespace cytoscale::screen
