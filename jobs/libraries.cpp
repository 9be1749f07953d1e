#include "jobs/libraries.hpp"

#include "core/system/program_place.hpp"
#include "hdf5/library.hpp"
#include "image/io/picture_libraries.hpp"
#include "mpi/library_version.hpp"

namespace cytoscale::jobs {
namespace {

std::string line_of(const std::string& name, const std::string& version) {
  return "  " + name + std::string(10 - name.size(), ' ') + version + "\n";
}

std::string module_line(const std::string& name, const std::string& version, const std::string& file) {
  if (version.empty()) return line_of(name, "built without");
  const auto path = module_path(file);
  return line_of(name, version + (std::filesystem::exists(path) ? "" : ", not installed: " + path.string()));
}

}  // namespace

std::string library_versions() {
  return line_of("compiler", CYTOSCALE_COMPILER) + line_of("MPI", mpi::mpi_library_version()) +
         line_of("HDF5", hdf5::hdf5_library_version()) + line_of("libtiff", image::tiff_library_version()) +
         line_of("libpng", image::png_library_version()) + line_of("libjpeg", CYTOSCALE_JPEG_VERSION) +
         line_of("pugixml", CYTOSCALE_PUGIXML_VERSION) + line_of("Boost", CYTOSCALE_BOOST_VERSION) +
         line_of("Eigen", CYTOSCALE_EIGEN_VERSION) +
         module_line("LibTorch", CYTOSCALE_TORCH_VERSION, "libcytoscale_torch.so") +
         module_line("oneDNN", CYTOSCALE_ONEDNN_VERSION, "libcytoscale_onednn.so") +
         module_line("Arrow", CYTOSCALE_ARROW_VERSION, "libcytoscale_arrow.so");
}

}  // namespace cytoscale::jobs
