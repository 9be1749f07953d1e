#include "cli/command_line.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "core/error.hpp"
#include "core/system/program_place.hpp"
#include "core/text/text.hpp"
#include "core/text/text_file.hpp"

namespace cytoscale::cli {
namespace {
namespace po = boost::program_options;

std::string suggestion(const std::string& key, const std::vector<std::string>& known) {
  const auto near = nearest_word(key, known);
  return near ? "Did you mean '" + *near + "'?" : "See --help for the options there are";
}

std::string without_dashes(std::string text) {
  text.erase(0, text.find_first_not_of('-'));
  return text.substr(0, text.find('='));
}

constexpr const char* stray_key = "stray word";

po::options_description description_of(const OptionSet& options) {
  po::options_description description;
  auto add = description.add_options();
  add("help,h", "");
  add("config", po::value<std::string>(), "");
  add(stray_key, po::value<std::vector<std::string>>(), "");
  for (const auto& option : options.options()) {
    auto* value = po::value<std::string>();
    if (option.is_switch) value->implicit_value("true");
    add(option.key.c_str(), value, "");
  }
  return description;
}

std::vector<std::string> keys_of(const OptionSet& options) {
  std::vector<std::string> keys{"help", "config"};
  for (const auto& option : options.options()) keys.push_back(option.key);
  return keys;
}

po::variables_map parse_arguments(const std::vector<std::string>& arguments, const OptionSet& options) {
  po::variables_map map;
  const auto description = description_of(options);
  try {
    const auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::positional_options_description strays;
    strays.add(stray_key, -1);
    po::store(po::command_line_parser(arguments).options(description).style(style).positional(strays).run(),
              map);
  } catch (const po::unknown_option& error) {
    const auto key = without_dashes(error.get_option_name());
    throw Error("there is no option --" + key, "the command line", suggestion(key, keys_of(options)));
  } catch (const po::multiple_occurrences& error) {
    throw Error("--" + without_dashes(error.get_option_name()) + " is given twice", "the command line",
                "Give it once; a list is comma-separated");
  } catch (const po::error& error) {
    throw Error(error.what(), "the command line", "See --help");
  }
  if (map.count(stray_key) && !options.rest())
    throw Error("'" + map[stray_key].as<std::vector<std::string>>().front() + "' stands without an option",
                "the command line", "Options are written --key value; quote values with blanks");
  if (map.count(stray_key) && map.count(options.rest()->key))
    throw Error("--" + options.rest()->key + " is given, and words without an option", "the command line",
                "Give one of both");
  return map;
}

// A config that is not there by this name may be one of those that were installed with the program.
std::filesystem::path config_file(const std::filesystem::path& named) {
  std::error_code none;
  if (named.is_absolute() || std::filesystem::exists(named, none)) return named;
  for (const auto& installed : {shared_path(named), shared_path("config" / named)})
    if (std::filesystem::exists(installed, none)) return installed;
  return named;
}

// ${CONFIG_FOLDER} in the text of a config file.
std::optional<std::string> own_variable(const std::string& name, const std::filesystem::path& config) {
  if (name != "CONFIG_FOLDER") return std::nullopt;
  return config.has_parent_path() ? config.parent_path().string() : ".";
}

// ${NAME} and ${NAME:-default}.
std::string expanded(std::string text, const std::filesystem::path& config, const std::string& where) {
  for (auto open = text.find("${"); open != std::string::npos; open = text.find("${", open)) {
    const auto close = text.find('}', open);
    if (close == std::string::npos) throw Error("'${' is never closed", where);
    const auto inside = text.substr(open + 2, close - open - 2);
    const auto dash = inside.find(":-");
    const auto name = inside.substr(0, dash);
    const auto own = own_variable(name, config);
    const char* found = own ? own->c_str() : std::getenv(name.c_str());
    if ((!found || !*found) && dash == std::string::npos) {
      throw Error("the environment variable " + name + " is not set", where,
                  "Set it, or write ${" + name + ":-default}");
    }
    const std::string value = found && *found ? found : inside.substr(dash + 2);
    text.replace(open, close - open + 1, value);
    open += value.size();
  }
  return text;
}

// A comment begins with a # that stands first or after a blank: one within a word belongs to the value.
std::string without_comment(const std::string& line) {
  for (auto at = line.find('#'); at != std::string::npos; at = line.find('#', at + 1))
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
  return line;
}

// One line of a config file: its key and value, or nothing.
std::optional<std::pair<std::string, std::string>> parse_config_line(const std::string& line,
                                                                     const std::filesystem::path& config,
                                                                     const std::string& where,
                                                                     const std::vector<std::string>& known) {
  const auto text = trim(without_comment(line));
  if (text.empty()) return std::nullopt;
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error("'" + text + "' is not of the form key = value", where, "Comments begin with #");
  const auto key = trim(text.substr(0, equals));
  if (std::find(known.begin(), known.end(), key) == known.end())
    throw Error("there is no key '" + key + "'", where, suggestion(key, known));
  return std::pair(key, expanded(trim(text.substr(equals + 1)), config, where));
}

// The file's keys and values, for po::store(); where each stands goes into `from`.
po::parsed_options parse_config(const std::filesystem::path& path, const po::options_description& description,
                                const std::vector<std::string>& known, std::vector<std::string>* problems,
                                std::map<std::string, std::string>& from) {
  po::parsed_options parsed(&description);
  std::istringstream lines(read_text_file(path));
  std::string text;
  for (int number = 1; std::getline(lines, text); ++number) {
    const auto where = path.string() + ":" + std::to_string(number);
    try {
      const auto pair = parse_config_line(text, path, where, known);
      if (!pair) continue;
      if (!from.emplace(pair->first, where).second)
        throw Error("key '" + pair->first + "' is set twice", where);
      parsed.options.emplace_back(pair->first, std::vector<std::string>{pair->second});
    } catch (const Error& error) {
      if (!problems) throw;
      problems->emplace_back(error.what());
    }
  }
  return parsed;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments, const OptionSet& options,
                               const std::vector<std::string>& config_keys,
                               std::vector<std::string>* problems) {
  auto map = parse_arguments(arguments, options);
  CommandLine line;
  line.help = map.count("help") > 0;
  if (line.help) return line;
  const auto given = map;
  po::options_description known;
  for (const auto& key : config_keys) known.add_options()(key.c_str(), po::value<std::string>(), "");
  if (map.count("config")) {
    const auto path = config_file(map["config"].as<std::string>());
    po::store(parse_config(path, known, config_keys, problems, line.from),
              map);  // what is there already stays
  }
  for (const auto& [key, value] : map) {
    if (key == "config" || key == "help") continue;
    if (key == stray_key) {
      line.values[options.rest()->key] = list_text(value.as<std::vector<std::string>>());
      continue;
    }
    line.values[key] = value.as<std::string>();
    if (given.count(key)) line.from.erase(key);
  }
  return line;
}

}  // namespace cytoscale::cli
