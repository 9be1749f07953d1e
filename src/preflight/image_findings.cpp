#include "preflight/image_findings.hpp"

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "image/size_text.hpp"

namespace cytoscale::preflight {
namespace {

image::PictureSize size_of(const image::ImageInfo& info) {
  return {info.height, info.width};
}

void check_plate(const screen::Screen& screen, const screen::Plate& plate, const ScreenHeaders& headers,
                 std::vector<std::string>& problems) {
  const auto end = plate.first_field + plate.field_count;
  std::vector<image::PictureSize> sizes;
  for (FieldId f(plate.first_field); f < end; ++f) {
    for (std::size_t c = 0; c < headers.channels(); ++c) {
      if (const auto& problem = headers.problem(f, c); !problem.empty()) problems.push_back(problem);
      if (const auto* info = headers.info(f, c)) sizes.push_back(size_of(*info));
    }
  }
  if (sizes.empty()) return;
  const auto usual = most_frequent(sizes);
  for (FieldId f(plate.first_field); f < end; ++f) {
    for (std::size_t c = 0; c < headers.channels(); ++c) {
      const auto* info = headers.info(f, c);
      if (!info || size_of(*info) == usual) continue;
      problems.push_back(screen.fields.images()[c][f].path.string() + ": " +
                         image::size_text(size_of(*info)) + " where plate " + plate.plate + " has " +
                         image::size_text(usual));
    }
  }
}

void check_channel(const screen::Screen& screen, std::size_t c, const ScreenHeaders& headers,
                   std::vector<std::string>& problems) {
  std::vector<int> bits;
  for (std::size_t f = 0; f < headers.fields(); ++f)
    if (const auto* info = headers.info(f, c)) bits.push_back(info->bits);
  if (bits.empty()) return;
  const int usual = most_frequent(bits);
  for (std::size_t f = 0; f < headers.fields(); ++f) {
    const auto* info = headers.info(f, c);
    if (!info || info->bits == usual) continue;
    problems.push_back(screen.fields.images()[c][f].path.string() + ": " + std::to_string(info->bits) +
                       " bits where channel " + screen.channels[c] + " has " + std::to_string(usual));
  }
}

// One image of each plate is decoded where a channel's values are signed.
void note_offsets(const screen::Screen& screen, const ScreenHeaders& headers, Findings& found) {
  for (const auto& plate : screen::plates_of(screen)) {
    const FieldId first(plate.first_field);
    for (std::size_t c = 0; c < screen.channels.size(); ++c) {
      const auto* info = headers.info(first, c);
      if (!info || !image::is_signed_integer(info->type)) continue;
      const auto file = screen.fields.images()[c][first];
      try {
        if (image::read_raw(file).offset_taken_off)
          found.notes.push_back(file.path.string() + ": channel " + screen.channels[c] + " of plate " +
                                plate.plate +
                                " is stored as signed numbers from far below 0; their offset is taken off");
      } catch (const Error& error) {
        found.problems.emplace_back(error.what());
      }
    }
  }
}

}  // namespace

Findings image_findings(const screen::Screen& screen, const ScreenHeaders& headers) {
  Findings found;
  for (const auto& plate : screen::plates_of(screen)) check_plate(screen, plate, headers, found.problems);
  for (std::size_t c = 0; c < screen.channels.size(); ++c) check_channel(screen, c, headers, found.problems);
  note_offsets(screen, headers, found);
  return found;
}

}  // namespace cytoscale::preflight
