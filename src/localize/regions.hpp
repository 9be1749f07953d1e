// Places in a picture: peaks of a map, connected regions. Pure; ties are broken by position (y, then x).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::localize {

struct Peak {
  int y = 0, x = 0;
  float height = 0;
};

// Non-maximum suppression: local maxima of at least `least`, the highest first; each suppresses the lower
// ones within distance_px.
std::vector<Peak> find_peaks(const image::Plane& map, double distance_px, float least);

struct Region {
  float y = 0, x = 0;  // centroid, px, pixel centers at integers
  int area_px = 0;
  int top = 0, left = 0, bottom = 0, right = 0;  // rows and columns that it reaches, both ends within
  float evidence = 0;                            // greatest value of the map in it
};

struct Regions {
  image::PictureSize size;
  std::vector<std::int32_t> labels;  // [H][W]: 0 none, i + 1 for regions[i]
  std::vector<Region> regions;
};

// Of each peak, the pixels around it (4-connected) that reach `extent` of its height, and no farther from it
// than reach_px (0: any distance); a pixel that two peaks reach is the higher one's, and a peak that another
// has reached makes no region.
Regions regions_of_peaks(const image::Plane& map, const std::vector<Peak>& peaks, double extent,
                         double reach_px);

// 4-connected pieces of the pixels that are set.
Regions regions_of_mask(const image::Plane& map, std::span<const std::uint8_t> mask);

// Leaves out the smaller ones; labels stay without a gap.
Regions at_least(const Regions& regions, int area_px);

}  // namespace cytoscale::localize
