// The simulated images of Sailem et al. 2017 §3.1 (docs/method.md, "Simulated studies"): ellipses on a grid,
// and in the images of the positive class some circles among them. No nuisance: the one difference between
// the classes is the shape of a few objects.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/system/clock.hpp"
#include "image/plane.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::simulate {

struct ShapeSettings {
  std::filesystem::path output = ".";
  std::uint64_t seed = 1;
  int fields_per_class = 2000;
  double circle_share = 0.1;  // of the objects of a positive field: 0.1 (Sim 1) or 0.2 (Sim 2)
  int height = 210, width = 280, rows = 6, columns = 8;  // px; places
  int fewest = 30, most = 48;                            // objects of a field
  double least_shift_px = 1, most_shift_px = 20;         // from an object's place, in any direction
  double least_axis_px = 15, most_axis_px = 20;          // whole length of the longer axis
  double axis_ratio = 0.6;                               // shorter to longer axis of an ellipse
  void validate() const;                                 // throws Error naming the option
};

struct Shape {
  bool circle = false;
  double y = 0, x = 0;             // center, px, pixel centers at integers
  double longer = 0, shorter = 0;  // axes, px
  double angle = 0;                // of the longer axis from the x axis, radians, toward y
  double light = 1;                // of the object, 0 to 1
  // The smallest upright rectangle around it: half its sides.
  double half_height() const;
  double half_width() const;
};

struct ShapeField {
  std::vector<Shape> shapes;           // painted in this order, one over the other
  std::vector<std::uint16_t> picture;  // [height][width]
};

// Field `index` of a class, a function of settings, class and index. Pure.
ShapeField make_shape_field(const ShapeSettings& settings, bool positive, int index);

// Writes images, truth.csv (a row an object, with its box) and screen.csv: each field a well of its own, on
// the plate train, validation or test, a third each. Collective: yes. Throws the same Error on every rank.
void simulate_shapes(const ShapeSettings& settings, const mpi::Communicator& comm, const Clock& clock);

}  // namespace cytoscale::simulate
