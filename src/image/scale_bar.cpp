#include "image/scale_bar.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "image/io/stack.hpp"

namespace cytoscale::image {

ScaleBar scale_bar(int width_px, std::optional<double> pixel_um) {
  const double most = width_px / 4.0 * pixel_um.value_or(1);
  const double power = std::pow(10, std::floor(std::log10(most)));
  double length = power;
  for (const double factor : {2.0, 5.0})
    if (factor * power <= most) length = factor * power;
  if (!pixel_um && length < 1) length = 1;
  return {length / pixel_um.value_or(1),
          number_text(static_cast<float>(length)) + (pixel_um ? " µm" : " px")};
}

void validate_pixel_size(double um) {
  if (um == 0 || (um >= 1e-4 && um <= 1e4)) return;
  throw Error("not the size of a pixel in µm", "--pixel-size",
              "Give the side of a pixel in the specimen, e.g. 0.65");
}

std::optional<double> pixel_um_of(const ImageFile& file) {
  try {
    const auto size = inspect_stack(file.path).pixel_um;
    return size && std::isfinite(*size) && *size > 0 ? size : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace cytoscale::image
