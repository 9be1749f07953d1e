#include "store/tensor_values.hpp"

#include <cstring>

#include "core/bfloat16.hpp"
#include "core/error.hpp"
#include "hdf5/numbers.hpp"

namespace cytoscale::store {
namespace {

template <class Stored, class Convert>
std::vector<float> converted(const StoredTensor& tensor, Convert convert) {
  std::vector<float> values(tensor.bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, tensor.bytes.data() + i * sizeof stored, sizeof stored);
    values[i] = convert(stored);
  }
  return values;
}

}  // namespace

bool is_floating(const std::string& dtype) {
  return dtype == "F32" || dtype == "F64" || dtype == "F16" || dtype == "BF16";
}

std::vector<float> floats_of(const StoredTensor& tensor, const std::string& where) {
  if (!is_floating(tensor.dtype))
    throw Error("the tensor's type is " + tensor.dtype + ", where floating-point numbers are needed", where,
                "Save it as float32");
  std::size_t count = 1;
  for (const auto extent : tensor.shape) count *= static_cast<std::size_t>(extent);
  if (tensor.bytes.size() != count * dtype_bytes(tensor.dtype, where))
    throw Error("the tensor's size and its shape disagree", where,
                "The file is damaged; take an older checkpoint or train again");
  if (tensor.dtype == "F64")
    return converted<double>(tensor, [](double value) { return static_cast<float>(value); });
  if (tensor.dtype == "F16")
    return converted<std::uint16_t>(tensor, [](std::uint16_t bits) { return hdf5::from_half({bits}); });
  if (tensor.dtype == "BF16") return converted<std::uint16_t>(tensor, from_bfloat16);
  return converted<float>(tensor, [](float value) { return value; });
}

StoredTensor tensor_of(std::span<const float> values, std::vector<std::int64_t> shape) {
  StoredTensor stored{"F32", std::move(shape), std::vector<std::byte>(values.size_bytes())};
  if (!values.empty()) std::memcpy(stored.bytes.data(), values.data(), values.size_bytes());
  return stored;
}

}  // namespace cytoscale::store
