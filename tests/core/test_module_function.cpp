#include "core/system/module_function.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "core/error.hpp"

namespace cytoscale {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr Module absent{"libabsent_module.so", "Install it"};

constinit ModuleFunction<std::unique_ptr<std::string>(std::unique_ptr<std::string> text, int& calls)> here{
    absent};
constinit ModuleFunction<void()> nowhere{absent};

const bool defined = here.define([](std::unique_ptr<std::string> text, int& calls) {
  ++calls;
  return text;
});

TEST(ModuleFunction, CodeThatIsLinkedIsCalledAndNothingIsLoaded) {
  int calls = 0;
  EXPECT_EQ(*here(std::make_unique<std::string>("moved"), calls), "moved");
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(here.is_there());
  EXPECT_FALSE(nowhere.is_there());
}

TEST(ModuleFunction, ALibraryThatIsNotThereIsNamedWithTheRemedy) {
  EXPECT_THAT([] { nowhere(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("libabsent_module.so"), HasSubstr("Install it"))));
}

}  // namespace
}  // namespace cytoscale
