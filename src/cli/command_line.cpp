#include "cli/command_line.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdlib>
#include <sstream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"

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

po::options_description description_of(const OptionSet& options) {
  po::options_description description;
  auto add = description.add_options();
  add("help,h", "");
  add("config", po::value<std::string>(), "");
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
    const po::positional_options_description none;
    po::store(po::command_line_parser(arguments).options(description).style(style).positional(none).run(),
              map);
  } catch (const po::unknown_option& error) {
    const auto key = without_dashes(error.get_option_name());
    throw Error("there is no option --" + key, "the command line", suggestion(key, keys_of(options)));
  } catch (const po::too_many_positional_options_error&) {
    const auto stray =
        std::find_if(arguments.begin(), arguments.end(), [](const auto& a) { return !a.starts_with('-'); });
    throw Error(
        "'" + (stray == arguments.end() ? std::string("a word") : *stray) + "' stands without an option",
        "the command line", "Options are written --key value; quote values with blanks");
  } catch (const po::error& error) {
    throw Error(error.what(), "the command line", "See --help");
  }
  return map;
}

// ${NAME} and ${NAME:-default}.
std::string expanded(std::string text, const std::string& where) {
  for (auto open = text.find("${"); open != std::string::npos; open = text.find("${", open)) {
    const auto close = text.find('}', open);
    if (close == std::string::npos) throw Error("'${' is never closed", where);
    const auto inside = text.substr(open + 2, close - open - 2);
    const auto dash = inside.find(":-");
    const auto name = inside.substr(0, dash);
    const char* found = std::getenv(name.c_str());
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

// One line of a config file, so that an error can name it.
void parse_config_line(const std::string& line, const std::string& where,
                       const po::options_description& description, const std::vector<std::string>& known,
                       std::map<std::string, std::string>& values) {
  std::istringstream one(line);
  po::variables_map map;
  try {
    po::store(po::parse_config_file(one, description), map);
  } catch (const po::unknown_option& error) {
    const auto key = without_dashes(error.get_option_name());
    throw Error("there is no key '" + key + "'", where, suggestion(key, known));
  } catch (const po::error&) {
    throw Error("'" + trim(line) + "' is not of the form key = value", where, "Comments begin with #");
  }
  for (const auto& [key, value] : map) {
    if (!values.emplace(key, expanded(value.as<std::string>(), where)).second) {
      throw Error("key '" + key + "' is set twice", where);
    }
  }
}

std::map<std::string, std::string> parse_config(const std::string& path,
                                                const std::vector<std::string>& known,
                                                std::vector<std::string>* problems) {
  po::options_description description;
  for (const auto& key : known) description.add_options()(key.c_str(), po::value<std::string>(), "");
  std::istringstream lines(read_file(path));
  std::map<std::string, std::string> values;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    try {
      parse_config_line(line, path + ":" + std::to_string(number), description, known, values);
    } catch (const Error& error) {
      if (!problems) throw;
      problems->emplace_back(error.what());
    }
  }
  return values;
}

void wrap(std::string& page, const std::string& text, std::size_t indent, std::size_t width = 96) {
  std::size_t column = indent;
  bool fresh = true;
  std::istringstream words(text);
  std::string word;
  page += std::string(indent, ' ');
  while (words >> word) {
    if (!fresh && column + 1 + word.size() > width) {
      page += "\n" + std::string(indent, ' ');
      column = indent;
      fresh = true;
    }
    page += (fresh ? "" : " ") + word;
    column += word.size() + (fresh ? 0 : 1);
    fresh = false;
  }
  page += "\n";
}

void option_entry(std::string& page, const OptionSet::Option& option) {
  std::string head = "  --" + option.key + (option.is_switch ? "" : " " + option.value_name);
  page += head + "\n";
  std::string help = option.help;
  if (option.is_switch ? option.default_text == "true" : !option.default_text.empty()) {
    help += " [" + option.default_text + "]";
  }
  wrap(page, help, 8);
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments, const OptionSet& options,
                               const std::vector<std::string>& config_keys,
                               std::vector<std::string>* problems) {
  const auto map = parse_arguments(arguments, options);
  CommandLine line;
  line.help = map.count("help") > 0;
  if (line.help) return line;
  if (map.count("config")) line.values = parse_config(map["config"].as<std::string>(), config_keys, problems);
  for (const auto& [key, value] : map) {
    if (key != "config" && key != "help") line.values[key] = value.as<std::string>();
  }
  return line;
}

std::string manual_page(const JobText& job, const OptionSet& options) {
  std::string page = "NAME\n  cytoscale " + job.name + " - " + job.summary + "\n\nSYNOPSIS\n  cytoscale " +
                     job.name + " [--config FILE] [--KEY VALUE ...]\n  mpirun -n RANKS cytoscale " +
                     job.name + " ...\n\nDESCRIPTION\n";
  std::istringstream paragraphs(job.description);
  std::string paragraph;
  while (std::getline(paragraphs, paragraph)) {
    if (paragraph.starts_with("  ")) {
      page += "  " + paragraph + "\n";  // an example: as it stands
    } else if (paragraph.empty()) {
      page += "\n";
    } else {
      wrap(page, paragraph, 2);
    }
  }
  page += "\nOPTIONS\n  --config FILE\n";
  wrap(page, "file with lines key = value for any option of any job; the command line overrides it", 8);
  std::string group;
  for (const auto& option : options.options()) {
    if (option.group != group) page += "\n" + (group = option.group) + "\n";
    option_entry(page, option);
  }
  page +=
      "\nEXIT CODES\n  0 success; 2 bad input or options (one message says which, where and what to do);\n"
      "  70 an internal failure; other codes come from the system (137: killed).\n";
  return page;
}

}  // namespace cytoscale::cli
