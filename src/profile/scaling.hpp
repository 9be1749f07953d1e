// Center and scale of features by the control wells of each group (docs/method.md, "Profiles"): the first
// step of every normalization. Features without spread in any group are dropped and listed. Throws Error: a
// group without two control wells, no feature left. `where` names the profiles in errors.
#pragma once
#include <string>
#include <vector>

#include "profile/profile_table.hpp"

namespace cytoscale::profile {

// (x−μ)/σ, divisor n.
void standardize(ProfileTable& profiles, const std::vector<std::string>& group,
                 const std::vector<char>& control, const std::string& where);
// (x−median)/(1.4826·MAD).
void mad_robustize(ProfileTable& profiles, const std::vector<std::string>& group,
                   const std::vector<char>& control, const std::string& where);
// x−μ; nothing is dropped.
void center(ProfileTable& profiles, const std::vector<std::string>& group, const std::vector<char>& control,
            const std::string& where);

}  // namespace cytoscale::profile
