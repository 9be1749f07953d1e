// Which metadata columns are numbers (a dose, a time, a count) and which are names, for files that tell the
// two apart (AnnData, Parquet).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/table/csv.hpp"

namespace cytoscale::screen {

// The columns, in the table's order, whose values are all finite numbers or missing (""), with one number at
// least. Never those that name things though they be spelled in digits: plate, well, site, batch, replicate,
// compound, gene, class and treatment, columns that end in "ID" or "Barcode", and columns in which a number
// begins with a zero that says nothing ("007").
std::vector<std::string> number_columns(const Table& metadata);

// Values of such a column; NaN where they are missing. `whole`: none is missing and each is an integer below
// 2^53, so that int64 holds them all.
struct ColumnNumbers {
  std::vector<double> values;
  bool whole = true;
};
// Nothing where a text is not a number.
std::optional<ColumnNumbers> numbers_of(const TextColumn& texts);

}  // namespace cytoscale::screen
