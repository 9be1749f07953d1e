// Illumination functions that another program made (CellProfiler, as JUMP and pe2loaddata list them:
// FileName_Illum<Channel> beside the images), as a file of ours. Collective: no.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "image/plane.hpp"
#include "screen/screen.hpp"

namespace cytoscale::store {

// One gain for each pixel (step_px 1): a field is divided by just these numbers, rounded to float32. `sizes`:
// of the fields of each plate, as plates_of(screen); 0: not known. Atomic. Throws Error: a plate's channel of
// which no function is named, or several are; a file that is no plane of numbers (image/io/npy.hpp), is of
// another size than the fields, or has a value that is not above 0.
void write_given_illumination(const std::filesystem::path& path, const screen::Screen& screen,
                              const std::vector<image::PictureSize>& sizes, const nlohmann::json& provenance);

// Of the content of all files named; a file that is not there counts as such. Throws Error: none is named.
std::string given_illumination_fingerprint(const screen::Screen& screen);

}  // namespace cytoscale::store
