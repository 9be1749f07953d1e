// Batch correction: makes the controls of every batch alike; the last step of a normalization. Another one is
// a word, a function and a case here.
#pragma once
#include <string>
#include <vector>
#include "core/enum_names.hpp"

#include "profile/profile_table.hpp"

namespace cytoscale::profile {

enum class BatchCorrection {
  none,
  coral,  // x' = x·(C_b+I)^(−1/2)·(C_all+λI)^(1/2), uncentered covariances of controls (Sun et al. 2016, Ando
          // et al. 2017)
  center  // x' = x − mean of the batch's controls + mean of all controls
};

// Throws Error: a batch without control wells.
void correct_batches(ProfileTable& profiles, BatchCorrection correction,
                     const std::vector<std::string>& batch, const std::vector<char>& control, double lambda,
                     const std::string& where, int threads = 1);

void coral(ProfileTable& profiles, const std::vector<std::string>& batch, const std::vector<char>& control,
           double lambda, const std::string& where, int threads = 1);
void center_batches(ProfileTable& profiles, const std::vector<std::string>& batch,
                    const std::vector<char>& control, const std::string& where);

}  // namespace cytoscale::profile

template <>
struct cytoscale::EnumNames<cytoscale::profile::BatchCorrection> {
  static constexpr const char* what = "batch correction";
  static constexpr EnumName<profile::BatchCorrection> all[] = {{profile::BatchCorrection::none, "none"},
                                                               {profile::BatchCorrection::coral, "coral"},
                                                               {profile::BatchCorrection::center, "center"}};
};
