#include "cli/options.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
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
OptionSet::Option whole_number(const std::string& key, T& target, const std::string& help,
                               const std::string& value_name) {
  const auto set = [key, &target](const std::string& text) { target = parse_whole<T>(key, text); };
  return {key, {}, help, value_name, {}, false, set, [&target] { return std::to_string(target); }};
}

}  // namespace

void OptionSet::add(Option option) {
  if (option.group.empty()) option.group = group_;
  option.default_text = option.get();
  options_.push_back(std::move(option));
}

void OptionSet::add(const std::string& key, std::string& target, const std::string& help,
                    const std::string& value_name) {
  add(Option{key,
             {},
             help,
             value_name,
             {},
             false,
             [&](const auto& text) { target = text; },
             [&] { return target; }});
}

void OptionSet::add(const std::string& key, std::filesystem::path& target, const std::string& help,
                    const std::string& value_name) {
  add(Option{key,
             {},
             help,
             value_name,
             {},
             false,
             [&](const auto& text) { target = text; },
             [&] { return target.string(); }});
}

void OptionSet::add(const std::string& key, bool& target, const std::string& help) {
  const auto set = [key, &target](const std::string& given) {
    std::string text = given;
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    const bool yes = text.empty() || text == "true" || text == "yes" || text == "on" || text == "1";
    if (!yes && text != "false" && text != "no" && text != "off" && text != "0") {
      throw bad_value(key, given, "true or false");
    }
    target = yes;
  };
  add(Option{key, {}, help, "", {}, true, set, [&] { return std::string(target ? "true" : "false"); }});
}

void OptionSet::add(const std::string& key, int& target, const std::string& help,
                    const std::string& value_name) {
  add(whole_number(key, target, help, value_name));
}

void OptionSet::add(const std::string& key, std::int64_t& target, const std::string& help,
                    const std::string& value_name) {
  add(whole_number(key, target, help, value_name));
}

void OptionSet::add(const std::string& key, std::uint64_t& target, const std::string& help,
                    const std::string& value_name) {
  add(whole_number(key, target, help, value_name));
}

void OptionSet::add(const std::string& key, double& target, const std::string& help,
                    const std::string& value_name) {
  const auto set = [key, &target](const std::string& text) {
    const auto number = to_number(text);
    if (!number) throw bad_value(key, text, "a number");
    target = *number;
  };
  add(Option{key, {}, help, value_name, {}, false, set, [&] { return number_text(target); }});
}

void OptionSet::add(const std::string& key, std::vector<std::string>& target, const std::string& help,
                    const std::string& value_name) {
  const auto get = [&target] {
    std::vector<std::string> parts = target;
    for (auto& part : parts) {
      if (part.find(',') != std::string::npos) part = '"' + part + '"';
    }
    return join(parts, ",");
  };
  add(Option{
      key, {}, help, value_name, {}, false, [&](const auto& text) { target = split_list(text); }, get});
}

void OptionSet::add_choice(const std::string& key, const std::vector<std::string>& words,
                           const std::string& help, std::function<void(const std::string&)> set,
                           std::function<std::string()> get) {
  const auto checked = [key, words, set](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      throw bad_value(key, text, "one of " + join(words, ", "));
    }
    set(text);
  };
  add(Option{key, {}, help, join(words, "|"), {}, false, checked, std::move(get)});
}

const OptionSet::Option* OptionSet::find(const std::string& key) const {
  const auto it = std::find_if(options_.begin(), options_.end(), [&](const auto& o) { return o.key == key; });
  return it == options_.end() ? nullptr : &*it;
}

void OptionSet::assign(const std::map<std::string, std::string>& values, std::vector<std::string>* problems) {
  for (const auto& option : options_) {
    const auto it = values.find(option.key);
    if (it == values.end()) continue;
    try {
      option.set(it->second);
    } catch (const Error& error) {
      if (!problems) throw;
      problems->emplace_back(error.what());
    }
  }
}

nlohmann::json OptionSet::to_json() const {
  auto json = nlohmann::json::object();
  for (const auto& option : options_) json[option.key] = option.get();
  return json;
}

}  // namespace cytoscale::cli
