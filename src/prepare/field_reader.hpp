// Reads one field of a screen and judges it: decodable, finite, of its plate's size. Thread-safe.
#pragma once
#include <vector>

#include "image/field_image.hpp"
#include "image/illumination.hpp"
#include "prepare/field_sizes.hpp"
#include "screen/failures.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::prepare {

class FieldReader {
 public:
  FieldReader(const screen::Screen& screen, std::vector<image::PictureSize> sizes)
      : screen_(screen), plate_(plate_of_field(screen)), sizes_(std::move(sizes)) {}

  // Throws Error naming the file.
  image::LoadedField read(std::size_t field) const;
  std::size_t plate(std::size_t field) const { return plate_[field]; }

 private:
  const screen::Screen& screen_;
  std::vector<std::size_t> plate_;
  std::vector<image::PictureSize> sizes_;
};

// The field, of the size that its cells were found in, divided by the illumination function where one is
// given. Thread-safe. Throws Error naming the file. Collective: no.
image::FieldImage read_corrected(const screen::Screen& screen, const store::CellTable& cells,
                                 std::size_t field, const image::Illumination* gain);

// What failures.csv says of an exception: the file it names, or the field's first file.
screen::FieldFailure failure_of(const screen::Screen& screen, std::size_t field, const std::exception& error);

}  // namespace cytoscale::prepare
