#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/options.hpp"
#include "core/error.hpp"
#include "test_support.hpp"

namespace cytoscale::cli {

enum class Color { red, blue };

}  // namespace cytoscale::cli

template <>
struct cytoscale::EnumNames<cytoscale::cli::Color> {
  static constexpr const char* what = "color";
  static constexpr EnumName<cli::Color> all[] = {{cli::Color::red, "red"}, {cli::Color::blue, "blue"}};
};

namespace cytoscale::cli {
namespace {

TEST(OptionSet, AnEnumerationTakesItsWords) {
  auto color = Color::blue;
  OptionSet options;
  options.add("color", color, "");
  EXPECT_EQ(options.find("color")->default_text, "blue");
  EXPECT_EQ(options.find("color")->value_name, "red|blue");
  options.assign({{"color", "red"}});
  EXPECT_EQ(color, Color::red);
  EXPECT_THAT(message_of([&] {
                options.assign({{"color", "green"}});
              }),
              testing::AllOf(testing::HasSubstr("--color"), testing::HasSubstr("red, blue")));
}

TEST(OptionSet, NoChoiceHasAWordOfItsOwn) {
  std::optional<Color> quiet, named = Color::red;
  OptionSet options;
  options.add("quiet", quiet, "");
  options.add("named", named, "", "auto");
  EXPECT_EQ(options.find("quiet")->default_text, "");
  EXPECT_EQ(options.find("named")->default_text, "red");
  options.assign({{"quiet", "blue"}, {"named", "auto"}});
  EXPECT_EQ(quiet, Color::blue);
  EXPECT_FALSE(named);
  EXPECT_EQ(options.find("named")->get(), "auto");
  options.assign({{"quiet", ""}});
  EXPECT_FALSE(quiet);
  EXPECT_THROW(options.assign({{"quiet", "auto"}}), Error);
  EXPECT_THROW(options.assign({{"named", ""}}), Error);
}

TEST(OptionSet, TakesWhatItSharesWithAnother) {
  int size = 3, other_size = 5, count = 1;
  OptionSet options, other;
  options.add("size", size, "");
  options.add("count", count, "");
  other.add("size", other_size, "");
  options.take_from(other);
  EXPECT_EQ(size, 5);
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace cytoscale::cli
