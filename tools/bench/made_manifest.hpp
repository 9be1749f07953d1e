// Manifests as a microscope's export makes them: plates of 384 wells of 9 sites, 5 channels.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/random.hpp"

namespace cytoscale::bench {

inline constexpr int wells = 384, sites = 9, channels = 5;

inline std::string well_name(int well) {
  const auto column = std::to_string(well % 24 + 1);
  return static_cast<char>('A' + well / 24) + std::string(2 - column.size(), '0') + column;
}

// Opera Phenix's: the same on all plates.
inline std::string image_name(int well, int site, int channel) {
  char name[64];
  std::snprintf(name, sizeof name, "r%02dc%02df%02dp01-ch%dsk1fk1fl1.tiff", well / 24 + 1, well % 24 + 1,
                site, channel + 1);
  return name;
}

// ImageXpress's: with 32 digits at random.
inline std::string random_name(int well, int site, int channel, Random& random) {
  char name[96];
  std::snprintf(name, sizeof name, "%s_s%d_w%d%016llX%016llX.tif", well_name(well).c_str(), site, channel + 1,
                static_cast<unsigned long long>(random.bits64()),
                static_cast<unsigned long long>(random.bits64()));
  return name;
}

inline std::string plate_name(int plate) {
  return "BR001" + std::to_string(16000 + plate);
}

inline std::string plate_folder(int plate) {
  return "images/" + plate_name(plate) + "__2021-04-29T10_12_34-Measurement1/Images";
}

inline void write_manifest(const std::filesystem::path& path, std::int64_t fields,
                           bool random_names = false) {
  std::ofstream out(path);
  Random random(1, {});
  out << "Metadata_Plate,Metadata_Well,Metadata_Site,Metadata_Compound,Metadata_Concentration,Metadata_MOA,"
         "Metadata_Batch,Metadata_Control";
  const char* names[channels] = {"DNA", "ER", "RNA", "AGP", "Mito"};
  for (const auto* kind : {"FileName_", "PathName_"})
    for (const auto* name : names) out << "," << kind << name;
  out << "\n";
  for (std::int64_t field = 0; field < fields; ++field) {
    const int plate = static_cast<int>(field / (wells * sites)),
              well = static_cast<int>(field / sites % wells), site = static_cast<int>(field % sites) + 1;
    const bool control = well % 24 == 1;
    out << plate_name(plate) << "," << well_name(well) << "," << site << ","
        << (control ? "DMSO,0,vehicle"
                    : "BRD-K" + std::to_string(10'000'000 + well) + "-001-01-9,3.3,class " +
                          std::to_string(well % 40))
        << ",batch" << plate / 5 << (control ? ",negcon" : ",trt");
    for (int channel = 0; channel < channels; ++channel)
      out << ","
          << (random_names ? random_name(well, site, channel, random) : image_name(well, site, channel));
    for (int channel = 0; channel < channels; ++channel) out << "," << plate_folder(plate);
    out << "\n";
  }
}

}  // namespace cytoscale::bench
