// bench_check [FIELDS] [THREADS] [all|some]: what `cytoscale check` costs besides opening images, on a
// manifest of that many fields (100,000) of 5 channels: plates of 384 wells of 9 sites, names as a microscope
// gives them. The plates' folders are links to one, in which each name is a link to one small image. One line
// of JSON: processor time (user and system, all threads) of the check, of opening each image once by itself,
// and of what is left, which is held against a limit of 2 s for 100,000 fields; the peak of memory. With
// `some` (--images some) all of it is held against 15 s for a million fields.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/error.hpp"
#include "core/system/process.hpp"
#include "image/io/tiff.hpp"
#include "made_manifest.hpp"
#include "preflight/check_screen.hpp"
#include "used.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;

using namespace bench;

// Besides opening images; and with those of --images some, of screens from a million fields on.
constexpr double limit_s_per_field = 2.0 / 100'000, limit_s_per_field_some = 15.0 / 1'000'000;

double hundredth(double value) {
  return std::round(value * 100) / 100;
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

// Processor time of opening each image once.
double opening_s(const screen::ManifestOptions& manifest) {
  const auto screen = screen::read_manifest(manifest);
  const double from = processor_s();
  for (std::size_t f = 0; f < screen.fields.size(); ++f)
    for (const auto& image : screen.fields.images_of(f))
      if (fs::file_size(image.path) == 0 || image::inspect_image(image).width != 8)
        throw Error("not the image");
  return processor_s() - from;
}

int measure(int fields, int threads, bool some) {
  const Folder made;
  const auto& folder = made.path;
  make_images(folder, (fields + wells * sites - 1) / (wells * sites));
  preflight::CheckOptions options;
  options.manifest.manifest = folder / "screen.csv";
  options.threads = threads;
  if (some) options.images = preflight::HeadersOf::some;
  options.ranks = 4;
  write_manifest(options.manifest.manifest, fields);
  std::ostringstream said;
  const auto before = processor_s();
  const auto begun = std::chrono::steady_clock::now();
  preflight::check_screen(options, said);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  const double check = processor_s() - before;
  const double peak = std::round(peak_MB());
  const double opening = some ? 0 : opening_s(options.manifest), besides = check - opening,
               limit = (some ? limit_s_per_field_some : limit_s_per_field) * fields;
  const nlohmann::ordered_json line = {
      {"stage", "check"},
      {"work",
       {{"fields", fields}, {"channels", channels}, {"threads", threads}, {"images", some ? "some" : "all"}}},
      {"seconds", hundredth(seconds.count())},
      {"rate", std::round(fields / seconds.count())},
      {"unit", "fields/s"},
      {"processor_s", hundredth(check)},
      {"opening_processor_s", hundredth(opening)},
      {"besides_processor_s", hundredth(besides)},
      {"limit", some ? "15 s of processor time for 1,000,000 fields"
                     : "besides opening images: 2 s of processor time for 100,000 fields"},
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
    return cytoscale::measure(argc > 1 ? std::atoi(argv[1]) : 100'000, argc > 2 ? std::atoi(argv[2]) : 2,
                              argc > 3 && std::string(argv[3]) == "some");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_check: %s\n", error.what());
    return 2;
  }
}
