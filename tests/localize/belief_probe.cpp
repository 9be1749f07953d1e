// Reads height, width, coupling, contrast, iterations, then [H][W] log-odds and [H][W] guide; prints the
// beliefs.
#include <cstdio>
#include <iostream>

#include "localize/belief_propagation.hpp"

int main() {
  cytoscale::image::PictureSize size;
  cytoscale::localize::MrfOptions options;
  std::cin >> size.height >> size.width >> options.coupling >> options.contrast >> options.iterations;
  std::vector<float> log_odds(size.pixels()), guide(size.pixels());
  for (auto& value : log_odds) std::cin >> value;
  for (auto& value : guide) std::cin >> value;
  if (!std::cin) return 1;
  for (const float belief : cytoscale::localize::propagate_beliefs(log_odds, guide, size, options))
    std::printf("%.9g\n", static_cast<double>(belief));
}
