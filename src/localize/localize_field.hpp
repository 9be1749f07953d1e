// From a map of evidence to what is there: a mask and its regions. Pure.
#pragma once
#include "core/enum_names.hpp"
#include "localize/belief_propagation.hpp"
#include "localize/regions.hpp"

namespace cytoscale::localize {

enum class MaskKind {
  peaks,  // maxima of the evidence and what stands around them (Sailem et al. 2017 §2.2)
  mrf,    // pixels above a threshold, de-noised by belief propagation (Kraus et al. 2016 §3.3)
};

struct LocalizeOptions {
  double smoothing_px = 0;  // sigma of a Gaussian over the evidence, before all else
  MaskKind mask = MaskKind::peaks;
  // peaks: share of the picture's highest one that a peak must reach; mrf: of its 99th percentile, that a
  // pixel must.
  double threshold = 0.5;
  double peak_distance_px = 10;  // peaks: of two nearer ones the lower is none
  double extent = 0.3;           // peaks: share of its height down to which a region reaches
  double reach_px = 15;          // peaks: and how far; 0: any distance
  double confidence = 0.8;       // mrf: how likely a pixel is what the threshold says
  // mrf: weight of how much likelier a pixel's brightness is among those above the threshold; 0: not asked.
  double brightness = 0;
  MrfOptions mrf;
  int min_area_px = 20;  // smaller regions are left out
  // Does this ask for a picture?
  bool guided() const { return mrf.contrast > 0 || brightness > 0; }
  void validate() const;  // throws Error
};

// evidence: of each pixel, 0 or more; guide: a picture of that size where options are guided().
Regions localize(const image::Plane& evidence, const image::Plane& guide, const LocalizeOptions& options);

}  // namespace cytoscale::localize

template <>
struct cytoscale::EnumNames<cytoscale::localize::MaskKind> {
  static constexpr const char* what = "kind of mask";
  static constexpr EnumName<localize::MaskKind> all[] = {{localize::MaskKind::peaks, "peaks"},
                                                         {localize::MaskKind::mrf, "mrf"}};
};
