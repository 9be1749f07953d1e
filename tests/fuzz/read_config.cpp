// Config files, and the values of their keys.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/command_line.hpp"
#include "screen/column_roles.hpp"
#include "screen/failures.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

// One option of each type, and those whose text is looked into further.
struct Options {
  Options() {
    set.add("manifest", manifest, "").of_screen();
    set.add("channels", channels, "");
    set.add_choice(
        "precision", {"fp32", "auto"}, "", [this](const auto& word) { precision = word; },
        [this] { return precision; });
    set.add("threads", threads, "").resource();
    set.add("steps", steps, "");
    set.add("seed", seed, "");
    set.add("learning-rate", learning_rate, "");
    set.add("resume", resume, "");
    set.add("max-failed-fields", max_failed_fields, "");
    set.add("treatment", roles.treatment, "");
    set.add("batch-from-plate", roles.batch_from_plate, "");
    set.add("control", roles.control, "");
  }
  cli::OptionSet set;
  std::filesystem::path manifest;
  std::vector<std::string> channels;
  std::string precision = "fp32", max_failed_fields = "1%";
  int threads = 0;
  std::int64_t steps = 0;
  std::uint64_t seed = 0;
  double learning_rate = 0;
  bool resume = true;
  screen::ColumnRoles roles;
};

}  // namespace

void read_config_input(std::string_view input) {
  ::setenv("CYTOSCALE_FUZZ_VARIABLE", "${CYTOSCALE_FUZZ_VARIABLE}", 1);
  const auto path = scratch_file("input.cfg", input);
  Options options;
  std::vector<std::string> keys = {"crop-size"};  // of another job
  for (const auto& option : options.set.options()) keys.push_back(option.key);
  std::vector<std::string> problems;
  cli::parse_command_line({"--config", path.string()}, options.set, keys, &problems);
  const auto line = cli::parse_command_line({"--config", path.string()}, options.set, keys);
  options.set.assign(line.values, nullptr, line.from);
  options.set.to_json({cli::OptionKind::result});
  options.roles.validate();
  screen::failure_limit(options.max_failed_fields, 1000);
}

std::vector<Seed> config_seeds() {
  return {
      {"empty", ""},
      {"screen",
       "# an experiment\nmanifest = ${CYTOSCALE_FUZZ_VARIABLE}/x/${UNSET:-there}\nchannels = DNA,\"a,b\"\n"
       "crop-size = 64\n"},
      {"numbers",
       "seed = 18446744073709551615\nsteps = -3\nthreads = 2  # behind\nlearning-rate = 1e-3\n"
       "resume = no\nmax-failed-fields = 2%\nprecision=auto\n"},
      {"roles",
       "treatment = Metadata_Compound, Metadata_Dose\nbatch-from-plate = ^[^_]+\n"
       "control = Metadata_Compound=DMSO\n"}};
}

}  // namespace cytoscale::fuzz
