// A table as Parquet, by Arrow C++, in the module that needs it (core/system/arrow_module.hpp). Text as
// strings, whole numbers as int64, others as double or float as they are stored, missing values as nulls (in
// features: NaN); zstd. Row groups of about 32 MB, so that memory is bounded.
#pragma once
#include <filesystem>
#include <string>

#include "core/system/arrow_module.hpp"
#include "exports/row_source.hpp"

namespace cytoscale::exports {

// Atomic. `provenance`: stored under the key "cytoscale" of the file's metadata. Throws Error: the module is
// not there, the file cannot be written.
inline constinit ModuleFunction<void(const std::filesystem::path& path, const RowSource& source,
                                     const std::string& provenance)>
    write_parquet{arrow_module};
// The version of Arrow C++. Throws Error, with the remedy, where there is none.
inline constinit ModuleFunction<std::string()> arrow_version{arrow_module};

}  // namespace cytoscale::exports
