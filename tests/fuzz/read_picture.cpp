// PNG images, label masks, the XML of OME-TIFF, and NumPy's planes. An input is one letter that chooses the
// reader, then the file.
#include "image/io/png.hpp"

#include "../image/make_png.hpp"
#include "core/error.hpp"
#include "core/system/files.hpp"
#include "image/io/npy.hpp"
#include "image/io/stack.hpp"
#include "image/segment/label_mask.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

using namespace cytoscale::image;

constexpr double largest_plane_bytes = 64 << 20;  // as read_tiff.cpp

bool is_large(const std::filesystem::path& path) {
  const auto info = inspect_image({path});
  return double(info.height) * info.width * sizeof(float) > largest_plane_bytes;
}

void check_size(const RawPlane& raw) {
  if (raw.bytes.size() != std::size_t(raw.height) * std::size_t(raw.width) * size_of(raw.type))
    throw std::logic_error("a plane of another size than its bytes");
  to_float(raw);
}

void read_description(std::string_view text) {
  const auto stack = describe_stack(std::string(text), 6, "a.tif");
  for (const int z : {no_z_plane, brightest_z, 2}) {
    try {
      for (const int page : choose_pages(stack, {{"DNA", "AGP"}, 0, z}, "a.tif"))
        if (page < 0 || page >= 6) throw std::logic_error("a page that the file has not");
    } catch (const Error&) {  // most stacks are not of these channels
    }
  }
}

}  // namespace

void read_picture_input(std::string_view input) {
  if (input.empty()) return;
  const auto content = input.substr(1);
  if (input.front() == 'o') return read_description(content);
  if (input.front() == 'n') return check_size(read_npy(scratch_file("input.npy", content)));
  const auto path = scratch_file("input.png", content);
  if (is_large(path)) return;
  if (input.front() == 'm') {
    const auto mask = read_label_mask(path);
    for (const auto label : mask.labels)
      if (label < 0 || label > mask.count) throw std::logic_error("a label that was not counted");
    return;
  }
  check_size(read_raw({path}));
}

std::vector<Seed> picture_seeds() {
  std::vector<Seed> seeds;
  const auto path = scratch_folder() / "seed.png";
  for (const int depth : {1, 8, 16}) {
    PngKind kind;
    kind.height = 5;
    kind.width = 9;
    kind.depth = depth;
    kind.interlaced = depth == 16;
    std::vector<std::uint16_t> samples(45);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = std::uint16_t(i % (depth == 1 ? 2 : 45));
    make_png(path, kind, samples);
    seeds.push_back({"png" + std::to_string(depth), "p" + read_file(path)});
    if (depth > 1) seeds.push_back({"mask" + std::to_string(depth), "m" + read_file(path)});
  }
  seeds.push_back(
      {"ome",
       "o<?xml version=\"1.0\"?><OME><Image Name=\"f\"><Pixels DimensionOrder=\"XYZCT\" SizeZ=\"3\" "
       "SizeC=\"2\" SizeT=\"1\" SignificantBits=\"12\"><Channel Name=\"AGP\"/><Channel Name=\"DNA\"/>"
       "<TiffData FirstC=\"1\" IFD=\"3\" PlaneCount=\"3\"><UUID FileName=\"a.tif\"/></TiffData>"
       "<TiffData IFD=\"0\" PlaneCount=\"3\"/></Pixels></Image></OME>"});
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }     \n";
  seeds.push_back({"npy", "n\x93NUMPY" + std::string("\1\0", 2) + static_cast<char>(header.size()) + '\0' +
                              header + std::string(8, '?')});
  seeds.push_back({"imagej", "oImageJ=1.53t\nimages=6\nchannels=2\nslices=3\nhyperstack=true\n"});
  return seeds;
}

}  // namespace cytoscale::fuzz
