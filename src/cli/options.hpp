// The registry of a job's options. An option is declared once: key, typed target, help, and kind. From these
// declarations come --help, what a config file may hold (command_line.hpp), what is stored as provenance, and
// what tells `run` whether a stage must be done anew. One key means the same in every job.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/enum_names.hpp"

namespace cytoscale::cli {

enum class OptionKind {
  result,    // its value changes the bytes of a result
  screen,    // says which fields, images and metadata there are; a job depends on what it reads of them
  input,     // a file whose content changes the bytes of a result
  output,    // a file that is written
  resource,  // where and how fast, not what
};

using Paths = std::vector<std::filesystem::path>;

struct Option {
  std::string key, group, help, value_name, default_text;
  OptionKind kind = OptionKind::result;
  bool is_rest = false;                         // takes the words that stand without an option
  bool is_switch = false;                       // bool: "--key", "--key true|false", "key = true|false"
  bool takes_file = false;                      // or a folder: what a shell completes
  std::vector<std::string> words;               // that it takes, where they are a closed list
  std::function<void(const std::string&)> set;  // throws Error
  std::function<std::string()> get;
  std::function<Paths()> files;  // of an input or output; those that are not used are left out

  // What stands for the value in the option's help, e.g. PX.
  Option& value(const std::string& name) { return value_name = name, *this; }
  // The words of the command line that no option announces, as a list: `verify FILE FILE`.
  Option& rest() { return is_rest = true, *this; }
  Option& resource() { return kind = OptionKind::resource, *this; }
  Option& of_screen() { return kind = OptionKind::screen, *this; }
  Option& input() { return kind = OptionKind::input, *this; }
  Option& output() { return kind = OptionKind::output, *this; }
  // Instead of the path given: what is really read or written. Asked when the job begins and when it has
  // ended.
  Option& reads(std::function<Paths()> which) { return files = std::move(which), input(); }
  Option& writes(std::function<Paths()> which) { return files = std::move(which), output(); }
};

// A list as one text, as an option of that kind takes it.
std::string list_text(std::vector<std::string> parts);

class OptionSet {
 public:
  // Following options are listed under this title in --help.
  void group(const std::string& title) { group_ = title; }

  // The target's present value is the default. Lists are comma-separated. The option returned is for chaining
  // and does not outlive the next add().
  Option& add(const std::string& key, std::string& target, const std::string& help);
  Option& add(const std::string& key, bool& target, const std::string& help);
  Option& add(const std::string& key, int& target, const std::string& help);
  Option& add(const std::string& key, std::int64_t& target, const std::string& help);
  Option& add(const std::string& key, std::uint64_t& target, const std::string& help);
  Option& add(const std::string& key, double& target, const std::string& help);
  Option& add(const std::string& key, std::vector<std::string>& target, const std::string& help);
  // A file that is read, unless it is chained to another kind.
  Option& add(const std::string& key, std::filesystem::path& target, const std::string& help);
  template <NamedEnum E>
  Option& add(const std::string& key, E& target, const std::string& help) {
    return add_choice(
        key, enum_words<E>(), help,
        [&target, key](const auto& word) { target = parse_enum<E>(word, "--" + key); },
        [&target] { return enum_name(target); });
  }
  // `none`: the word for no choice.
  template <NamedEnum E>
  Option& add(const std::string& key, std::optional<E>& target, const std::string& help,
              const std::string& none = {}) {
    auto words = enum_words<E>();
    if (!none.empty()) words.push_back(none);
    auto& option = add_choice(
        key, words, help, [&target, key](const auto& word) { target = parse_enum<E>(word, "--" + key); },
        [&target, none] { return target ? enum_name(*target) : none; });
    option.set = [&target, none, set = std::move(option.set)](const std::string& word) {
      word == none ? target.reset() : set(word);
    };
    return option;
  }
  // One of a closed list of words.
  Option& add_choice(const std::string& key, const std::vector<std::string>& words, const std::string& help,
                     std::function<void(const std::string&)> set, std::function<std::string()> get);
  Option& add(Option option);

  const std::vector<Option>& options() const { return options_; }
  const Option* find(const std::string& key) const;
  const Option* rest() const;  // the one that takes the rest of the words; nullptr: none does
  // Sets the given keys that this set knows, and ignores others. A value that does not fit throws Error, or
  // is added to `problems` where that is given. `from`: where values stand ("screen.cfg:7"), by key, for
  // messages.
  void assign(const std::map<std::string, std::string>& values, std::vector<std::string>* problems = nullptr,
              const std::map<std::string, std::string>& from = {});
  // Sets the options that this set shares with another to what they are there.
  void take_from(const OptionSet& other);
  // Options of these kinds as they stand, as text; without paths.
  nlohmann::json to_json(const std::vector<OptionKind>& kinds) const;
  // Files of the options of a kind, by key.
  std::vector<std::pair<std::string, Paths>> files(OptionKind kind) const;

 private:
  std::vector<Option> options_;
  std::string group_ = "Options";
};

}  // namespace cytoscale::cli
