// A Parquet file as a table of text, by Arrow C++ in the module that needs it. The values are those that
// pandas.read_parquet(FILE).to_csv(index=False) would write, as read_csv() reads them: null and not-a-number
// are blank, numbers have as many digits as tell them apart (float32: of float32), whole ones no point,
// True and False, times as in ISO 8601; blanks around a text are no part of it. Columns that pandas keeps its
// index in (__index_level_0__) are left out. Collective: no.
#pragma once
#include "core/system/arrow_module.hpp"
#include "core/table/csv.hpp"

namespace cytoscale {

bool is_parquet_file(const std::filesystem::path& path);  // by its first bytes

// Throws Error: the module is not there, the file cannot be read, a column is of lists or bytes, occurs
// twice, or holds text that is not UTF-8.
inline constinit ModuleFunction<Table(const std::filesystem::path& path)> read_parquet_table{arrow_module};

}  // namespace cytoscale
