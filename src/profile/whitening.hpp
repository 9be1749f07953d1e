// Decorrelation by the control wells: the second step of a normalization, on profiles whose controls are
// centered (scaling.hpp).
#pragma once
#include <string>
#include <vector>

#include "profile/profile_table.hpp"

namespace cytoscale::profile {

// x' = zV(Λ+λI)^(−1/2), C = ZᵀZ/n = VΛVᵀ over the controls (docs/method.md, "Profiles"). Features are renamed
// whitened_0 … (directions, by rising variance).
void whiten(ProfileTable& profiles, const std::vector<char>& control, double lambda, int threads = 1);

enum class Sphering { pca, zca };

// As pycytominer 1.2.4 (Spherize): X = USVᵀ of the n centered controls, W = V·diag(1/(S+ε))·√(n−1), and for
// ZCA W·Vᵀ. Where there are no more controls than features, directions beyond the rank get the last singular
// value. `groups` is how many means were taken off, and so how much rank was lost. PCA: features are renamed
// sphered_0 … by falling variance, each column of V with its largest component positive; among directions
// without variance the basis is arbitrary. ZCA: features keep their names. Throws Error: controls of lower
// rank.
void sphere(ProfileTable& profiles, const std::vector<char>& control, Sphering kind, double epsilon,
            std::size_t groups, const std::string& where, int threads = 1);

}  // namespace cytoscale::profile
