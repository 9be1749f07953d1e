// Options of jobs: every option struct of the libraries is bound here to keys. One key means the same in
// every job, on the command line (--key value) and in the config file (key = value). Precedence: command
// line, file, default. Unknown keys are refused with the nearest known one. Boost.Program_options does the
// parsing, in options.cpp alone.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace cytoscale::cli {

class OptionSet {
 public:
  struct Option {
    std::string key, group, help, value_name, default_text;
    bool is_switch = false;                       // bool: "--key", "--key true|false", "key = true|false"
    std::function<void(const std::string&)> set;  // throws Error
    std::function<std::string()> get;
  };

  // Following options are listed under this title in --help.
  void group(const std::string& title) { group_ = title; }

  // The target's present value is the default. Lists are comma-separated.
  void add(const std::string& key, std::string& target, const std::string& help,
           const std::string& value_name = "TEXT");
  void add(const std::string& key, std::filesystem::path& target, const std::string& help,
           const std::string& value_name = "FILE");
  void add(const std::string& key, bool& target, const std::string& help);
  void add(const std::string& key, int& target, const std::string& help, const std::string& value_name = "N");
  void add(const std::string& key, std::int64_t& target, const std::string& help,
           const std::string& value_name = "N");
  void add(const std::string& key, std::uint64_t& target, const std::string& help,
           const std::string& value_name = "N");
  void add(const std::string& key, double& target, const std::string& help,
           const std::string& value_name = "X");
  void add(const std::string& key, std::vector<std::string>& target, const std::string& help,
           const std::string& value_name = "LIST");
  // One of a closed list of words, converted by `parse` (throws Error) and back by `text`.
  void add_choice(const std::string& key, const std::vector<std::string>& words, const std::string& help,
                  std::function<void(const std::string&)> set, std::function<std::string()> get);

  void add(Option option);

  const std::vector<Option>& options() const { return options_; }
  const Option* find(const std::string& key) const;
  // Sets the given keys that this set knows, and ignores others. A value that does not fit throws Error, or
  // is added to `problems` where that is given.
  void assign(const std::map<std::string, std::string>& values, std::vector<std::string>* problems = nullptr);
  // Resolved options, all as text, for provenance.
  nlohmann::json to_json() const;

 private:
  std::vector<Option> options_;
  std::string group_ = "Options";
};

}  // namespace cytoscale::cli
