// Nuclei of one DNA plane (Caicedo et al. 2018 §4.1; docs/method.md, "Cells"): Gaussian blur, Otsu's
// threshold, holes filled, touching nuclei split, size limits. The steps, with what is ours in them:
//
// 1. Blur. The background's level and noise are those of the pixels below Otsu's threshold; where the
//    threshold does not stand clear of that noise, the field is empty.
// 2. The typical nuclear radius R, from the objects above Otsu's threshold, sets the scale of what follows.
// 3. Foreground is above half of Otsu's height over the background and above the local mean (a Gaussian
//    window of sigma 1.35 R): dim nuclei are kept, crowded ones parted. Holes are filled.
// 4. The smoothed distance transform, weighted by the square root of intensity, is flooded from its peaks
//    down. Two basins that meet stay apart where the pass is lower than `split_ratio` of the lower peak.
// 5. Touching pieces that make one ellipse together are joined: chromatin, not a second nucleus, split them.
// 6. Each object is trimmed to the pixels above 0.35 of its own height over the background; its largest piece
//    remains, with the gaps it encloses.
//
// Deterministic: one thread, no global state, ties broken by position.
#pragma once
#include <cstdint>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::image {

struct SegmentOptions {
  double smoothing_px = 1;         // sigma of the first blur
  double threshold_scale = 1;      // of the threshold's height over the background; above 1: bright ones only
  double split_ratio = 0.94;       // 0 (never split) … 1 (split at every dent)
  double nucleus_diameter_px = 0;  // typical; 0: estimated from each field
  double min_area_px = 20;         // smaller objects are dropped
  double max_area_px = 0;          // larger objects are dropped; 0: no limit
  void validate() const;           // throws Error
};

struct Nucleus {
  float y = 0, x = 0;        // centroid in px, pixel centers at integers
  float area_px = 0;         // pixels
  float mean_intensity = 0;  // of the plane given, its units
  float eccentricity = 0;    // of the ellipse with the same second moments: 0 circle … 1 line
  bool border = false;       // touches the edge of the field
};

struct Segmentation {
  int height = 0, width = 0;
  std::vector<std::int32_t> labels;  // [H][W]; 0 background, i + 1 for nuclei[i]
  std::vector<Nucleus> nuclei;       // by y, then x
};

// An empty or uniform plane, or one with nothing but noise, has no nuclei. Non-finite pixels count as 0.
Segmentation segment_nuclei(const Plane& dna, const SegmentOptions& options);

}  // namespace cytoscale::image
