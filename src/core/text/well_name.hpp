// Names of wells, which programs write in several ways. Collective: no.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cytoscale {

// One key for all spellings of a well: "A01" for "A1", "a01", "A001" and Harmony's "r01c01"; for a name that
// is none of these, that name in capitals.
std::string well_key(std::string_view name);

// Wells spelled in one way: where the names mix spellings ("C2" beside "F03", "a01" beside "B02"), all become
// capitals and two digits; names of one style stay. Returns one line that says so, or none.
std::vector<std::string> unify_wells(const std::vector<std::string*>& wells);

}  // namespace cytoscale
