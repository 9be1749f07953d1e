// Network weights on disk in the safetensors format (huggingface/safetensors, README "Format"): 8 bytes of
// little-endian header size, a JSON header {name: {dtype, shape, data_offsets}}, then the data. No code is
// run by reading it. Collective: no.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cytoscale::store {

struct StoredTensor {
  std::string dtype;  // "F32", "F64", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL", …
  std::vector<std::int64_t> shape;  // empty: a scalar
  std::vector<std::byte> bytes;     // row-major, little-endian
};

struct SafeTensors {
  std::map<std::string, StoredTensor> tensors;
  std::map<std::string, std::string> metadata;  // "__metadata__": text to text
};

// Bytes of one element; throws Error for an unknown dtype.
std::size_t dtype_bytes(const std::string& dtype, const std::string& where);

// The whole file, checked before anything of it is used: throws Error when it is missing, truncated, not of
// this format, not as its checksums say, or when sizes, shapes and offsets disagree, overlap or leave holes.
SafeTensors read_safetensors(const std::filesystem::path& path);
// Names, types, shapes and metadata alone, no bytes: the same checks, without reading the data.
SafeTensors read_safetensors_header(const std::filesystem::path& path);
std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path);

// Atomic; the same tensors give the same bytes. Throws Error when a tensor's bytes do not fit its dtype and
// shape.
void write_safetensors(const std::filesystem::path& path, const SafeTensors& tensors);

}  // namespace cytoscale::store
