// Arrow C++, by which Parquet is read and written: in a library that is loaded when it is needed.
#pragma once
#include "core/system/module_function.hpp"

namespace cytoscale {

inline constexpr Module arrow_module{
    "libcytoscale_arrow.so",
    "Parquet needs Arrow C++ when cytoscale is built (docs/install.md, Parquet); CSV needs nothing"};

}  // namespace cytoscale
