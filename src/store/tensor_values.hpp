// The numbers in a stored tensor.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/safetensors.hpp"

namespace cytoscale::store {

// F16, BF16, F32, F64.
bool is_floating(const std::string& dtype);

// Of a floating type, row by row; F64 is rounded. Throws Error: another type, bytes that the shape does not
// take.
std::vector<float> floats_of(const StoredTensor& tensor, const std::string& where);

// As F32.
StoredTensor tensor_of(std::span<const float> values, std::vector<std::int64_t> shape);

}  // namespace cytoscale::store
