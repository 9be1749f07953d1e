// The command line and the config file to key = value pairs. The only user of Boost.Program_options.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "cli/options.hpp"

namespace cytoscale::cli {

struct CommandLine {
  std::map<std::string, std::string> values;  // config file, overridden by the command line
  std::map<std::string, std::string> from;    // file:line of those that the config file gave
  bool help = false;
};

// `options`: what the job on the command line knows; `config_keys`: every key that a config file may hold
// (those of all jobs: one file holds an experiment). Throws Error naming the unknown key and the nearest
// known one, or the file and line; what is wrong inside the config file is added to `problems` instead where
// that is given. In a config file, ${NAME} and ${NAME:-default} stand for environment variables,
// ${CONFIG_FOLDER} for the folder that it is in. A config that is not there as named is looked for in
// ../share/cytoscale/config beside the program's folder.
CommandLine parse_command_line(const std::vector<std::string>& arguments, const OptionSet& options,
                               const std::vector<std::string>& config_keys,
                               std::vector<std::string>* problems = nullptr);

}  // namespace cytoscale::cli
