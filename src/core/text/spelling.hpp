// Values in tables that mean the same and are spelled in another way. Collective: no.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cytoscale {

// What programs write where nothing is known: "", NA, N/A, NaN, <NA>, #N/A, null (in any case).
bool is_missing(std::string_view text);

// A finite number in its shortest form ("0.10", "1e-1" and ".1" are "0.1"; "-0" is "0"); anything else as it
// is, also what is rather a name: digits after a leading zero ("007"), or more digits than a double holds.
std::string dose_spelling(std::string_view text);

// The values of a column, with numbers that are equal but spelled in several ways in the one way of
// dose_spelling(). What has one spelling throughout keeps it. Says of each what was unified: "0.1 (0.1,
// 1e-1)".
std::vector<std::string> unify_numbers(std::vector<std::string*> values);

// Of distinct values, groups that differ in case, in blanks or in the sign for micro only: "DMSO, dmso".
std::vector<std::string> alike_values(const std::vector<std::string>& values);

}  // namespace cytoscale
