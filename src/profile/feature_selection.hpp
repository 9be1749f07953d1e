// Feature selection as pycytominer 1.2.4 does it (feature_select), over all wells; what leaves is listed in
// `dropped` with the reason.
#pragma once
#include <string>
#include <vector>

#include "profile/profile_table.hpp"

namespace cytoscale::profile {

struct FeatureSelection {
  bool variance = false, correlation = false;  // applied in this order
  double frequency_cut = 0.05;   // variance: (2nd most common value / most common) below this leaves, after
                                 // caret's nearZeroVar
  double unique_cut = 0.01;      // variance: (distinct values / wells) below this leaves
  double correlation_cut = 0.9;  // correlation: no two that stay have a Pearson correlation above this
  double outlier_cut = 500;  // after standardize or mad_robustize, whatever else is asked for: features with
                             // a larger absolute value leave (pycytominer's drop_outliers); 0: all stay
  double missing_cut = 0;    // when profiles are read: share of wells in which a feature may be missing
  bool any() const { return variance || correlation; }
  void validate() const;  // throws Error: a cut outside [0, 1], or below 0
};

const std::vector<std::string>& feature_selection_words();
// Words as given for an option; "none" alone for none of them. Throws Error.
void choose_feature_selection(FeatureSelection& selection, const std::vector<std::string>& words);
std::vector<std::string> feature_selection_names(const FeatureSelection& selection);

// Throws Error when no feature is left.
void select_features(ProfileTable& profiles, const FeatureSelection& selection, const std::string& where);

// Features with an absolute value above the cut leave: those that hardly vary in the controls, whose scale is
// then next to nothing. Where all are above it, all stay.
void outlier_threshold(ProfileTable& profiles, double cut, const std::string& where);

// The parts of select_features().
void variance_threshold(ProfileTable& profiles, double frequency_cut, double unique_cut,
                        const std::string& where);
// Of each pair above the cut that feature leaves whose absolute correlations with all features have the
// larger sum (of equal sums the later one).
void correlation_threshold(ProfileTable& profiles, double cut, const std::string& where);

}  // namespace cytoscale::profile
