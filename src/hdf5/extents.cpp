#include "hdf5/extents.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "hdf5/file.hpp"
#include "hdf5/hdf5_error_internal.hpp"

namespace cytoscale::hdf5 {
namespace {

void add_below(const Group& group, const std::string& prefix, std::vector<Extent>& extents) {
  for (const auto& name : group.names()) {
    const std::string path = prefix + "/" + name;
    if (group.is_group(name)) {
      add_below(group.group(name), path, extents);
      continue;
    }
    const Dataset dataset = group.dataset(name);
    const haddr_t at = H5Dget_offset(dataset.id());
    const hsize_t bytes = H5Dget_storage_size(dataset.id());
    if (at == HADDR_UNDEF || bytes == 0) continue;
    const Handle type = own(H5Dget_type(dataset.id()), "the type cannot be read", dataset.where());
    extents.push_back({path, at, bytes, H5Tis_variable_str(type.id()) > 0});
  }
}

}  // namespace

Extents extents_of(const std::filesystem::path& path) {
  const File file = File::open(path, File::Access::read);
  Extents result;
  add_below(file.root(), "", result.datasets);
  std::sort(result.datasets.begin(), result.datasets.end(),
            [](const auto& a, const auto& b) { return a.at < b.at; });
  const Handle id = own(H5Iget_file_id(file.root().id()), "the file is not open", path.string());
  haddr_t end = 0;
  checked(H5Fget_eoa(id.id(), &end), "the end cannot be read", path.string());
  result.end = end;
  std::uint64_t used = 0;
  for (const auto& extent : result.datasets) {
    if (extent.at < used || extent.at + extent.bytes > end)
      throw Error("datasets overlap or lie beyond the end", path.string() + ":" + extent.name,
                  "The file is damaged: make it again");
    used = extent.at + extent.bytes;
  }
  return result;
}

}  // namespace cytoscale::hdf5
