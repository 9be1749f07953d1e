#include "core/placed_error.hpp"

namespace cytoscale {

Error placed(const Error& error, const std::map<std::string, std::string>& from) {
  const auto& where = error.where();
  const auto dashes = where.find("--");
  if (dashes != 0 && !where.starts_with("option --")) return error;
  const auto begin = dashes + 2;
  const auto place = from.find(where.substr(begin, where.find_first_of(" :=,", begin) - begin));
  if (place == from.end()) return error;
  return Error(error.problem(), place->second + ": " + where, error.remedy());
}

}  // namespace cytoscale
