// Segments every field of a folder with index.csv (column id; id.tif, id_label.tif) with the default options
// and prints pooled counts; with a second argument it writes the labels there as 16-bit TIFF. For people and
// for check_f1.py.
#include <chrono>
#include <cstdio>
#include <string>

#include "core/error.hpp"
#include "core/table/csv.hpp"
#include "image/io/tiff.hpp"
#include "image/segment/segment_nuclei.hpp"
#include "instance_score.hpp"

namespace {

using namespace cytoscale;

int score(const std::filesystem::path& folder, const std::filesystem::path& output) {
  const auto index = read_csv(folder / "index.csv");
  const auto id = index.column("id");
  std::vector<image::InstanceCounts> pooled(10);
  double seconds = 0, pixels = 0;
  for (const auto& row : index.rows) {
    const auto plane = image::to_float(image::read_raw({folder / (row[id] + ".tif"), 0}));
    const auto truth = image::to_float(image::read_raw({folder / (row[id] + "_label.tif"), 0}));
    const auto start = std::chrono::steady_clock::now();
    const auto result = image::segment_nuclei(plane, image::SegmentOptions{});
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    pixels += double(plane.pixels.size());
    for (std::size_t k = 0; k < pooled.size(); ++k) {
      pooled[k] +=
          image::count_instances<float, std::int32_t>(truth.pixels, result.labels, 0.5 + 0.05 * double(k));
    }
    if (output.empty()) continue;
    const std::vector<std::uint16_t> labels(result.labels.begin(), result.labels.end());
    image::write_tiff(output / (row[id] + ".tif"), result.height, result.width, labels);
  }
  double average = 0;
  for (const auto& counts : pooled) average += counts.precision() / double(pooled.size());
  std::printf("fields %zu matched %lld found %lld truth %lld F1@.5 %.4f AP(.5:.95) %.4f ms/megapixel %.1f\n",
              index.rows.size(), static_cast<long long>(pooled[0].matched),
              static_cast<long long>(pooled[0].found), static_cast<long long>(pooled[0].truth),
              pooled[0].f1(), average, 1e9 * seconds / pixels);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FOLDER [OUTPUT]\n", argv[0]);
    return 2;
  }
  try {
    return score(argv[1], argc > 2 ? argv[2] : "");
  } catch (const cytoscale::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
