// The job as its users call it.
#include <gtest/gtest.h>

#include <map>

#include "core/table/csv.hpp"
#include "test_support.hpp"

namespace cytoscale::simulate {
namespace {

std::vector<std::string> small_screen(const std::filesystem::path& folder,
                                      std::map<std::string, std::string> changes = {}) {
  std::map<std::string, std::string> options = {{"--output", folder.string()}, {"--moas", "1"},
                                                {"--single-group-moas", "0"},  {"--batches", "2"},
                                                {"--replicates", "1"},         {"--concentrations", "1"},
                                                {"--controls-per-plate", "1"}, {"--plates-per-batch", "1"},
                                                {"--fields-per-well", "1"},    {"--field-size", "96"},
                                                {"--nucleus-radius", "6"},     {"--cells-per-field", "4"}};
  for (const auto& [key, value] : changes) options[key] = value;
  std::vector<std::string> arguments = {"simulate"};
  for (const auto& [key, value] : options) arguments.insert(arguments.end(), {key, value});
  return arguments;
}

TEST(SimulateProgram, WritesAScreenAndSaysWhatIsInIt) {
  const auto folder = fresh_folder("program");
  const auto result = run_program(small_screen(folder));
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(read_csv(folder / "screen.csv").rows.size(), 4u + 2u);
  EXPECT_NE((result.output + result.errors).find("6 fields of 6 wells on 2 plates"), std::string::npos)
      << result.output << result.errors;
}

TEST(SimulateProgram, BadOptionsEndInOneMessageAndExitCode2) {
  const auto folder = fresh_folder("bad");
  const auto expect_refused = [&](const std::string& option, std::map<std::string, std::string> changes) {
    const auto result = run_program(small_screen(folder, std::move(changes)));
    EXPECT_EQ(result.exit_code, 2) << option << ": " << result.errors;
    EXPECT_NE(result.errors.find(option), std::string::npos) << result.errors;
    EXPECT_FALSE(std::filesystem::exists(folder / "screen.csv"));
  };
  expect_refused("--batches", {{"--batches", "3"}, {"--replicates", "2"}});
  expect_refused("--channels", {{"--channels", "Tubulin,Actin"}});
  expect_refused("--difficulty", {{"--difficulty", "-1"}});
  expect_refused("--design", {{"--design", "proteins"}});
  expect_refused("moas", {{"--moas", "many"}});
  expect_refused("mosa", {{"--mosa", "3"}});
}

}  // namespace
}  // namespace cytoscale::simulate
