// Rows of a table of profiles that say nothing, or say it again. Collective: no.
#pragma once
#include <vector>

#include "profile/profile_table.hpp"

namespace cytoscale::profile {

// Keeps the rows marked, in place.
void keep_rows(ProfileTable& profiles, const std::vector<char>& keep);

// Leaves out, each with a note: wells of which nearly all features are missing (nine of ten; a well without
// cells); rows that are copies of an earlier one (the same plate, well, other metadata and values). A note
// alone: a plate and well with two different rows, rows of different wells with the same values. Where every
// row would leave, all stay.
void leave_out_rows(ProfileTable& profiles);

// Drops the features that are missing in more than this share of the rows, with the reason, then leaves out
// the rows in which one of the others is missing, with a note. 0: a feature that is missing anywhere is
// dropped. Throws Error: no feature, or no row, is left.
void drop_missing(ProfileTable& profiles, double cut, const std::string& where);

}  // namespace cytoscale::profile
