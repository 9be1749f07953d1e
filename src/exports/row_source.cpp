#include "exports/row_source.hpp"

#include <algorithm>

namespace cytoscale::exports {

std::size_t RowSource::rows_of(std::size_t bytes) const {
  const std::size_t row = features_.size() * (single_ ? sizeof(float) : sizeof(double));
  return std::max<std::size_t>(1, bytes / std::max<std::size_t>(1, row));
}

std::string metadata_name(const std::string& column) {
  return column.starts_with("Metadata_") ? column : "Metadata_" + column;
}

std::string feature_name(const std::string& name, const std::string& prefix) {
  for (const char* known : {"Cells_", "Nuclei_", "Cytoplasm_"})
    if (name.starts_with(known)) return name;
  return prefix + name;
}

}  // namespace cytoscale::exports
