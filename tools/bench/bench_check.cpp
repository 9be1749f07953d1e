// bench_check [FIELDS] [THREADS]: what `cytoscale check` costs besides opening images, on a manifest of that
// many fields (100,000) of 5 channels: plates of 384 wells of 9 sites, names as a microscope gives them. The
// plates' folders are links to one, in which each name is a link to one small image. One line of JSON:
// processor time (user and system, all threads) of the check, of opening each image once by itself, and of
// what is left, which is held against a limit of 2 s for 100,000 fields; the peak of memory.
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/error.hpp"
#include "core/system/process.hpp"
#include "image/io/tiff.hpp"
#include "preflight/check_screen.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;

constexpr int wells = 384, sites = 9, channels = 5;
constexpr double limit_s_per_field = 2.0 / 100'000;

double processor_s() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double hundredth(double value) {
  return std::round(value * 100) / 100;
}

double peak_MB() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::round(static_cast<double>(usage.ru_maxrss) * 1024 / 1e6);
}

std::string well_name(int well) {
  const auto column = std::to_string(well % 24 + 1);
  return static_cast<char>('A' + well / 24) + std::string(2 - column.size(), '0') + column;
}

std::string image_name(int well, int site, int channel) {
  char name[64];
  std::snprintf(name, sizeof name, "r%02dc%02df%02dp01-ch%dsk1fk1fl1.tiff", well / 24 + 1, well % 24 + 1,
                site, channel + 1);
  return name;
}

std::string plate_name(int plate) {
  return "BR001" + std::to_string(16000 + plate);
}

std::string plate_folder(int plate) {
  return "images/" + plate_name(plate) + "__2021-04-29T10_12_34-Measurement1/Images";
}

void make_images(const fs::path& folder, int plates) {
  const auto pool = folder / "pool";
  fs::create_directories(pool);
  image::write_tiff(folder / "one.tiff", 8, 8, std::vector<std::uint16_t>(64, 7));
  for (int well = 0; well < wells; ++well)
    for (int site = 1; site <= sites; ++site)
      for (int channel = 0; channel < channels; ++channel)
        fs::create_hard_link(folder / "one.tiff", pool / image_name(well, site, channel));
  for (int plate = 0; plate < plates; ++plate) {
    const auto place = folder / plate_folder(plate);
    fs::create_directories(place.parent_path());
    fs::create_directory_symlink(pool, place);
  }
}

void write_manifest(const fs::path& path, int fields) {
  std::ofstream out(path);
  out << "Metadata_Plate,Metadata_Well,Metadata_Site,Metadata_Compound,Metadata_Concentration,Metadata_MOA,"
         "Metadata_Batch,Metadata_Control";
  const char* names[channels] = {"DNA", "ER", "RNA", "AGP", "Mito"};
  for (const auto* kind : {"FileName_", "PathName_"})
    for (const auto* name : names) out << "," << kind << name;
  out << "\n";
  for (int field = 0; field < fields; ++field) {
    const int plate = field / (wells * sites), well = field / sites % wells, site = field % sites + 1;
    const bool control = well % 24 == 1;
    out << plate_name(plate) << "," << well_name(well) << "," << site << ","
        << (control ? "DMSO,0,vehicle"
                    : "BRD-K" + std::to_string(10'000'000 + well) + "-001-01-9,3.3,class " +
                          std::to_string(well % 40))
        << ",batch" << plate / 5 << (control ? ",negcon" : ",trt");
    for (int channel = 0; channel < channels; ++channel) out << "," << image_name(well, site, channel);
    for (int channel = 0; channel < channels; ++channel) out << "," << plate_folder(plate);
    out << "\n";
  }
}

struct Folder {
  fs::path path = fs::temp_directory_path() / ("bench_check." + std::to_string(ProcessIdentity::self().pid));
  Folder() = default;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

int measure(int fields, int threads) {
  const Folder made;
  const auto& folder = made.path;
  make_images(folder, (fields + wells * sites - 1) / (wells * sites));
  preflight::CheckOptions options;
  options.manifest.manifest = folder / "screen.csv";
  options.threads = threads;
  options.ranks = 4;
  write_manifest(options.manifest.manifest, fields);
  std::ostringstream said;
  const auto before = processor_s();
  const auto begun = std::chrono::steady_clock::now();
  preflight::check_screen(options, said);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  const double check = processor_s() - before;
  const double peak = peak_MB();
  const auto screen = screen::read_manifest(options.manifest);
  const double opening_from = processor_s();
  for (const auto& field : screen.fields)
    for (const auto& image : field.images)
      if (fs::file_size(image.path) == 0 || image::inspect_image(image).width != 8)
        throw Error("not the image");
  const double opening = processor_s() - opening_from, besides = check - opening,
               limit = limit_s_per_field * fields;
  const nlohmann::ordered_json line = {
      {"stage", "check"},
      {"work", {{"fields", fields}, {"images", fields * channels}, {"threads", threads}}},
      {"seconds", hundredth(seconds.count())},
      {"rate", std::round(fields / seconds.count())},
      {"unit", "fields/s"},
      {"processor_s", hundredth(check)},
      {"opening_processor_s", hundredth(opening)},
      {"besides_processor_s", hundredth(besides)},
      {"limit", "besides opening images: 2 s of processor time for 100,000 fields"},
      {"limit_s", hundredth(limit)},
      {"held", besides <= limit},
      {"peak_MB", peak}};
  std::printf("%s\n", line.dump().c_str());
  return besides <= limit ? 0 : 1;
}

}  // namespace
}  // namespace cytoscale

int main(int argc, char** argv) {
  try {
    return cytoscale::measure(argc > 1 ? std::atoi(argv[1]) : 100'000, argc > 2 ? std::atoi(argv[2]) : 2);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_check: %s\n", error.what());
    return 2;
  }
}
