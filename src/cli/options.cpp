#include "cli/options.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/placed_error.hpp"
#include "core/text/letter_case.hpp"
#include "core/text/text.hpp"

namespace cytoscale::cli {
namespace {

Error bad_value(const std::string& key, const std::string& text, const std::string& wanted) {
  return Error("'" + text + "' is not " + wanted, "--" + key);
}

template <typename T>
T parse_whole(const std::string& key, const std::string& text) {
  const std::string t = trim(text);
  try {
    std::size_t used = 0;
    T value{};
    if constexpr (std::is_unsigned_v<T>) {
      if (!t.empty() && t.front() == '-') throw std::out_of_range("negative");
      value = static_cast<T>(std::stoull(t, &used));
    } else {
      const long long wide = std::stoll(t, &used);
      if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max())
        throw std::out_of_range("wide");
      value = static_cast<T>(wide);
    }
    if (used == t.size()) return value;
  } catch (const std::exception&) {
  }
  throw bad_value(key, text, "a whole number");
}

template <typename T>
Option whole_number(const std::string& key, T& target) {
  Option option;
  option.value_name = "N";
  option.set = [key, &target](const std::string& text) { target = parse_whole<T>(key, text); };
  option.get = [&target] { return std::to_string(target); };
  return option;
}

bool parse_switch(const std::string& key, const std::string& given) {
  const auto text = lower_case(given);
  if (text.empty() || text == "true" || text == "yes" || text == "on" || text == "1") return true;
  if (text == "false" || text == "no" || text == "off" || text == "0") return false;
  throw bad_value(key, given, "true or false");
}

Option named(Option option, const std::string& key, const std::string& help) {
  option.key = key;
  option.help = help;
  return option;
}

}  // namespace

// As split_list() reads it.
std::string list_text(std::vector<std::string> parts) {
  for (auto& part : parts) {
    if (part.find(',') != std::string::npos) part = '"' + part + '"';
  }
  return join(parts, ",");
}

Option& OptionSet::add(Option option) {
  if (option.group.empty()) option.group = group_;
  option.default_text = option.get();
  return options_.emplace_back(std::move(option));
}

Option& OptionSet::add(const std::string& key, std::string& target, const std::string& help) {
  Option option;
  option.value_name = "TEXT";
  option.set = [&target](const auto& text) { target = text; };
  option.get = [&target] { return target; };
  return add(named(std::move(option), key, help));
}

Option& OptionSet::add(const std::string& key, std::filesystem::path& target, const std::string& help) {
  Option option;
  option.value_name = "FILE";
  option.kind = OptionKind::input;
  option.takes_file = true;
  option.set = [key, &target](const std::string& text) {
    if (text == "-") throw Error("'-' is no file", "--" + key, "Name one; ./- is a file of that name");
    target = text;
  };
  option.get = [&target] { return target.string(); };
  option.files = [&target] { return target.empty() ? Paths{} : Paths{target}; };
  return add(named(std::move(option), key, help));
}

Option& OptionSet::add(const std::string& key, bool& target, const std::string& help) {
  Option option;
  option.is_switch = true;
  option.set = [key, &target](const auto& text) { target = parse_switch(key, text); };
  option.get = [&target] { return std::string(target ? "true" : "false"); };
  return add(named(std::move(option), key, help));
}

Option& OptionSet::add(const std::string& key, int& target, const std::string& help) {
  return add(named(whole_number(key, target), key, help));
}

Option& OptionSet::add(const std::string& key, std::int64_t& target, const std::string& help) {
  return add(named(whole_number(key, target), key, help));
}

Option& OptionSet::add(const std::string& key, std::uint64_t& target, const std::string& help) {
  return add(named(whole_number(key, target), key, help));
}

Option& OptionSet::add(const std::string& key, double& target, const std::string& help) {
  Option option;
  option.value_name = "X";
  option.set = [key, &target](const std::string& text) {
    const auto number = to_number(text);
    if (!number) throw bad_value(key, text, "a number");
    target = *number;
  };
  option.get = [&target] { return number_text(target); };
  return add(named(std::move(option), key, help));
}

Option& OptionSet::add(const std::string& key, std::vector<std::string>& target, const std::string& help) {
  Option option;
  option.value_name = "LIST";
  option.set = [&target](const auto& text) { target = split_list(text); };
  option.get = [&target] { return list_text(target); };
  return add(named(std::move(option), key, help));
}

Option& OptionSet::add_choice(const std::string& key, const std::vector<std::string>& words,
                              const std::string& help, std::function<void(const std::string&)> set,
                              std::function<std::string()> get) {
  Option option;
  option.value_name = join(words, "|");
  option.words = words;
  option.set = [key, words, set = std::move(set)](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) == words.end())
      throw bad_value(key, text, "one of " + join(words, ", "));
    set(text);
  };
  option.get = std::move(get);
  return add(named(std::move(option), key, help));
}

const Option* OptionSet::find(const std::string& key) const {
  const auto it = std::find_if(options_.begin(), options_.end(), [&](const auto& o) { return o.key == key; });
  return it == options_.end() ? nullptr : &*it;
}

const Option* OptionSet::rest() const {
  const auto it = std::find_if(options_.begin(), options_.end(), [](const auto& o) { return o.is_rest; });
  return it == options_.end() ? nullptr : &*it;
}

void OptionSet::assign(const std::map<std::string, std::string>& values, std::vector<std::string>* problems,
                       const std::map<std::string, std::string>& from) {
  for (const auto& option : options_) {
    const auto it = values.find(option.key);
    if (it == values.end()) continue;
    try {
      option.set(it->second);
    } catch (const Error& error) {
      const auto at_place = placed(error, from);
      if (!problems) throw at_place;
      problems->emplace_back(at_place.what());
    }
  }
}

void OptionSet::take_from(const OptionSet& other) {
  for (const auto& option : options_)
    if (const auto* theirs = other.find(option.key)) option.set(theirs->get());
}

nlohmann::json OptionSet::to_json(const std::vector<OptionKind>& kinds) const {
  auto json = nlohmann::json::object();
  for (const auto& option : options_)
    if (!option.files && std::find(kinds.begin(), kinds.end(), option.kind) != kinds.end())
      json[option.key] = option.get();
  return json;
}

std::vector<std::pair<std::string, Paths>> OptionSet::files(OptionKind kind) const {
  std::vector<std::pair<std::string, Paths>> found;
  for (const auto& option : options_) {
    if (option.kind != kind || !option.files) continue;
    if (auto paths = option.files(); !paths.empty()) found.emplace_back(option.key, std::move(paths));
  }
  return found;
}

}  // namespace cytoscale::cli
