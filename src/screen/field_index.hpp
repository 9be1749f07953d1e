// Finds the fields of a screen that the rows of a table name.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/table/csv.hpp"
#include "screen/screen.hpp"

namespace cytoscale::screen {

class FieldIndex {
 public:
  // `table` has columns Metadata_Plate, Metadata_Well, Metadata_Site. Throws Error naming `where`: it lacks
  // one.
  FieldIndex(const Screen& screen, const Table& table, const std::string& where);
  // Of a row of the table; nothing where the screen has no such field.
  std::optional<std::size_t> find(const std::vector<std::string>& row) const;

 private:
  std::size_t plate_, well_, site_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace cytoscale::screen
