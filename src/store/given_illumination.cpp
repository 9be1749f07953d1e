#include "store/given_illumination.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/stop_request.hpp"
#include "image/io/npy.hpp"
#include "image/size_text.hpp"
#include "store/illumination_file.hpp"

namespace cytoscale::store {
namespace {

constexpr const char* option = "--illumination-from";

const std::filesystem::path& file_of(const screen::Screen& screen, const std::string& plate,
                                     std::size_t channel) {
  const auto where = "plate " + plate + ", channel " + screen.channels[channel];
  const auto found = screen.illumination.find(plate);
  if (found == screen.illumination.end() || found->second[channel].empty())
    throw Error("the manifest names no illumination function", where,
                "Give it a column FileName_Illum" + screen.channels[channel] +
                    ", or let illuminate make them (" + option + " images)");
  const auto& files = found->second[channel];
  if (files.size() > 1)
    throw Error("the manifest names several illumination functions, " + files[0].string() + " and " +
                    files[1].string(),
                where, "A plate has one for each channel");
  return files.front();
}

void add_function(const std::filesystem::path& file, image::Illumination& illumination) {
  const auto plane = image::to_float(image::read_npy(file));
  const image::PictureSize own(plane.height, plane.width);
  if (illumination.height == 0) illumination.height = own.height, illumination.width = own.width;
  const image::PictureSize wanted(illumination.height, illumination.width);
  if (own != wanted)
    throw Error("the illumination function is of " + image::size_text(own) + ", the fields of " +
                    image::size_text(wanted),
                file.string(), "Give one that was made of images of that size");
  if (!std::ranges::all_of(plane.pixels, [](float gain) { return gain > 0; }))
    throw Error("the illumination function has values that are not above 0, by which nothing can be divided",
                file.string(), "Make it again");
  illumination.gain.insert(illumination.gain.end(), plane.pixels.begin(), plane.pixels.end());
}

}  // namespace

void write_given_illumination(const std::filesystem::path& path, const screen::Screen& screen,
                              const std::vector<image::PictureSize>& sizes,
                              const nlohmann::json& provenance) {
  IlluminationWriter writer(path, screen, provenance);
  const auto plates = screen::plates_of(screen);
  for (std::size_t p = 0; p < plates.size(); ++p) {
    heed_stop_request();
    image::Illumination illumination{
        static_cast<int>(screen.channels.size()), sizes[p].height, sizes[p].width, {}, 1};
    for (std::size_t c = 0; c < screen.channels.size(); ++c)
      add_function(file_of(screen, plates[p].plate, c), illumination);
    writer.add(plates[p].plate, illumination);
  }
  writer.commit();
}

std::string given_illumination_fingerprint(const screen::Screen& screen) {
  if (screen.illumination.empty())
    throw Error("the manifest names no illumination functions", option,
                "Give it columns FileName_Illum<Channel>, or let illuminate make them (images)");
  Fingerprint print;
  for (const auto& [plate, channels] : screen.illumination) {
    print.add(plate);
    for (const auto& files : channels)
      for (const auto& file : files)
        print.add(std::filesystem::is_regular_file(file) ? fingerprint_of_file(file) : "absent");
  }
  return print.text();
}

}  // namespace cytoscale::store
