#include "store/cell_fields.hpp"

#include <utility>

#include "store/integrity/sealed_file.hpp"

namespace cytoscale::store {

Table read_cell_fields(const std::filesystem::path& path) {
  const hdf5::File file = open_checked(path);
  const hdf5::Group fields = file.root().group("fields");
  Table table;
  for (const auto& [name, column] :
       {std::pair{"plate", "Metadata_Plate"}, {"well", "Metadata_Well"}, {"site", "Metadata_Site"}})
    table.add_column(column, fields.dataset(name).read_texts());
  return table;
}

}  // namespace cytoscale::store
