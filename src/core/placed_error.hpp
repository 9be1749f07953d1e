// Errors of options, said of the place where their values stand.
#pragma once
#include <map>
#include <string>

#include "core/error.hpp"

namespace cytoscale {

// The error with the place of the option that its `where` begins with ("--key", "option --key") before it.
// `from`: places of keys ("screen.cfg:7"). As it is where that has no such key.
Error placed(const Error& error, const std::map<std::string, std::string>& from);

}  // namespace cytoscale
