// Names of wells, which programs write in several ways. Collective: no.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cytoscale {

// One key for all spellings of a well: "A01" for "A1", "a01", "A001" and Harmony's "r01c01"; for a name that
// is none of these, that name in capitals.
std::string well_key(std::string_view name);

// The name of a row, counted from 0: "A" … "Z", "AA" … "ZZ".
std::string row_letters(std::size_t row);

// Row and column on the plate, from 0, of any of these spellings. Nothing of a name that is none of them.
std::optional<std::pair<std::size_t, std::size_t>> place_of_well(std::string_view name);

// Wells spelled in one way: where the names mix spellings ("C2" beside "F03", "a01" beside "B02"), all become
// capitals and two digits; names of one style stay. Returns one line that says so, or none.
std::vector<std::string> unify_wells(const std::vector<std::string*>& wells);

}  // namespace cytoscale
