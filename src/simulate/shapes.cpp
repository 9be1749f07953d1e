#include "simulate/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <numeric>
#include <string>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/shuffle.hpp"
#include "core/system/files.hpp"
#include "core/system/stop_request.hpp"
#include "core/table/csv.hpp"
#include "image/io/tiff.hpp"
#include "mpi/agree.hpp"
#include "screen/plan.hpp"
#include "simulate/truth_writer.hpp"

namespace cytoscale::simulate {
namespace {

enum Stream : std::uint64_t { stream_shapes = 0x5348 };

constexpr double background = 0.1, full_scale = 40000;
constexpr int samples = 4;  // a pixel's side, for its coverage

void check(bool good, const std::string& key, const std::string& problem) {
  if (!good) throw Error(problem, "option --" + key);
}

Shape draw_shape(const ShapeSettings& settings, int place, bool circle, Random& random) {
  Shape shape;
  shape.circle = circle;
  shape.longer = random.uniform(settings.least_axis_px, settings.most_axis_px);
  shape.shorter = circle ? shape.longer : shape.longer * settings.axis_ratio;
  shape.angle = random.uniform(0, std::numbers::pi);
  const double shift = random.uniform(settings.least_shift_px, settings.most_shift_px);
  const double direction = random.uniform(0, 2 * std::numbers::pi);
  shape.light = random.uniform(0.5, 1);
  const double step_y = static_cast<double>(settings.height) / settings.rows,
               step_x = static_cast<double>(settings.width) / settings.columns;
  const double y = (place / settings.columns + 0.5) * step_y - 0.5 + shift * std::sin(direction);
  const double x = (place % settings.columns + 0.5) * step_x - 0.5 + shift * std::cos(direction);
  // All of it in the field.
  shape.y = std::clamp(y, shape.half_height(), settings.height - 1 - shape.half_height());
  shape.x = std::clamp(x, shape.half_width(), settings.width - 1 - shape.half_width());
  return shape;
}

// The part of a pixel that a shape covers, from 4 × 4 points in it.
double coverage(const Shape& shape, int row, int column) {
  const double c = std::cos(shape.angle), s = std::sin(shape.angle);
  int inside = 0;
  for (int i = 0; i < samples * samples; ++i) {
    const double dy = row + (i / samples + 0.5) / samples - 0.5 - shape.y,
                 dx = column + (i % samples + 0.5) / samples - 0.5 - shape.x;
    const double u = (c * dx + s * dy) / (shape.longer / 2), v = (c * dy - s * dx) / (shape.shorter / 2);
    inside += u * u + v * v <= 1;
  }
  return static_cast<double>(inside) / (samples * samples);
}

void paint(const Shape& shape, const ShapeSettings& settings, std::vector<double>& plane) {
  const auto range = [](double center, double half, int size) {
    return std::pair(std::max(0, static_cast<int>(std::floor(center - half))),
                     std::min(size - 1, static_cast<int>(std::ceil(center + half))));
  };
  const auto [top, bottom] = range(shape.y, shape.half_height(), settings.height);
  const auto [left, right] = range(shape.x, shape.half_width(), settings.width);
  for (int row = top; row <= bottom; ++row)
    for (int column = left; column <= right; ++column) {
      auto& pixel = plane[static_cast<std::size_t>(row * settings.width + column)];
      pixel += (shape.light - pixel) * coverage(shape, row, column);
    }
}

// A field's place among all of them: classes in turn, and thirds to train, validate and test.
struct FieldPlace {
  bool positive;
  int index;
  std::string plate, well;
};

FieldPlace place_of(const ShapeSettings& settings, std::size_t number) {
  static const char* const plates[] = {"train", "validation", "test"};
  const int index = static_cast<int>(number / 2);
  const bool positive = number % 2 == 1;
  char well[32];
  std::snprintf(well, sizeof well, "%c%04d", positive ? 'P' : 'N', index + 1);
  return {positive, index,
          plates[static_cast<std::size_t>(index) * 3 / static_cast<std::size_t>(settings.fields_per_class)],
          well};
}

std::vector<std::string> truth_row(const ShapeSettings& settings, const FieldPlace& place,
                                   const Shape& shape) {
  const auto edge = [](double value, int size) { return decimals(std::clamp(value, -0.5, size - 0.5), 2); };
  return {place.plate,
          place.well,
          "1",
          place.positive ? "positive" : "negative",
          shape.circle ? "circle" : "ellipse",
          decimals(shape.y, 2),
          decimals(shape.x, 2),
          decimals(shape.longer, 2),
          decimals(shape.shorter, 2),
          decimals(shape.angle * 180 / std::numbers::pi, 2),
          edge(shape.y - shape.half_height(), settings.height),
          edge(shape.x - shape.half_width(), settings.width),
          edge(shape.y + shape.half_height(), settings.height),
          edge(shape.x + shape.half_width(), settings.width)};
}

const std::vector<std::string> truth_header = {
    "Metadata_Plate",    "Metadata_Well",     "Metadata_Site", "Metadata_Class", "shape",
    "Location_Center_Y", "Location_Center_X", "longer_axis",   "shorter_axis",   "angle",
    "box_top",           "box_left",          "box_bottom",    "box_right"};

Table manifest_of(const ShapeSettings& settings) {
  Table table{{"Metadata_Plate", "Metadata_Well", "Metadata_Site", "Metadata_Class", "Metadata_Control",
               "FileName_Grey", "PathName_Grey"},
              {}};
  for (std::size_t i = 0; i < 2 * static_cast<std::size_t>(settings.fields_per_class); ++i) {
    const auto place = place_of(settings, i);
    table.rows.push_back({place.plate, place.well, "1", place.positive ? "positive" : "negative",
                          place.positive ? "trt" : "negcon", place.well + ".tif", "images/" + place.plate});
  }
  return table;
}

// This rank's fields; the rows of their objects, without a header.
std::string simulate_some(const ShapeSettings& settings, const screen::Block& mine, Progress& progress) {
  Table rows{truth_header, {}};
  for (auto i = mine.first; i < mine.last; ++i) {
    heed_stop_request();
    const auto place = place_of(settings, i);
    const auto field = make_shape_field(settings, place.positive, place.index);
    image::write_tiff(settings.output / "images" / place.plate / (place.well + ".tif"), settings.height,
                      settings.width, field.picture);
    for (const auto& shape : field.shapes) rows.rows.push_back(truth_row(settings, place, shape));
    progress.update(i - mine.first + 1);
  }
  return body_text(rows);
}

}  // namespace

void ShapeSettings::validate() const {
  check(fields_per_class >= 3, "fields-per-class", "needs at least 3: to train, to validate and to test");
  check(circle_share > 0 && circle_share <= 1, "circle-share", "must be in (0, 1]");
  check(axis_ratio > 0 && axis_ratio < 1, "axis-ratio", "must be in (0, 1)");
}

double Shape::half_height() const {
  return 0.5 * std::hypot(longer * std::sin(angle), shorter * std::cos(angle));
}

double Shape::half_width() const {
  return 0.5 * std::hypot(longer * std::cos(angle), shorter * std::sin(angle));
}

ShapeField make_shape_field(const ShapeSettings& settings, bool positive, int index) {
  Random random(settings.seed, {stream_shapes, positive ? 1u : 0u, static_cast<std::uint64_t>(index)});
  std::vector<int> places(static_cast<std::size_t>(settings.rows * settings.columns));
  std::iota(places.begin(), places.end(), 0);
  shuffle(places, random);
  const auto count =
      settings.fewest +
      static_cast<int>(random.below(static_cast<std::uint64_t>(settings.most - settings.fewest + 1)));
  const auto circles = positive ? std::lround(settings.circle_share * count) : 0;
  ShapeField field;
  for (int i = 0; i < count; ++i)
    field.shapes.push_back(draw_shape(settings, places[static_cast<std::size_t>(i)], i < circles, random));
  shuffle(field.shapes, random);  // circles are painted over and under ellipses
  std::vector<double> plane(static_cast<std::size_t>(settings.height * settings.width), background);
  for (const auto& shape : field.shapes) paint(shape, settings, plane);
  for (const double value : plane)
    field.picture.push_back(static_cast<std::uint16_t>(std::lround(value * full_scale)));
  return field;
}

void simulate_shapes(const ShapeSettings& settings, const mpi::Communicator& comm, const Clock& clock) {
  mpi::on_root(comm, [&] {
    settings.validate();
    for (const auto* plate : {"train", "validation", "test"}) make_folder(settings.output / "images" / plate);
    std::filesystem::remove(settings.output / "screen.csv");
  });
  const auto mine =
      screen::block_of(2 * static_cast<std::size_t>(settings.fields_per_class), comm.rank(), comm.size());
  std::string text;
  mpi::together(comm, [&] {
    Progress progress("simulate-shapes", "fields", mine.last - mine.first, clock, comm.root());
    text = simulate_some(settings, mine, progress);
    progress.finish();
  });
  write_rows(comm, settings.output / "truth.csv", truth_header, text);
  mpi::on_root(comm, [&] { write_csv(settings.output / "screen.csv", manifest_of(settings)); });
}

}  // namespace cytoscale::simulate
