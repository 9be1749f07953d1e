#include "store/integrity/tensor_checksums.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/fingerprint.hpp"

namespace cytoscale::store {
namespace {

using nlohmann::json;

std::string sum_of(const void* bytes, std::size_t count) {
  return fmt::format("{:016x}", checksum(bytes, count));
}

// Whatever else the header says: offsets and spaces are another program's to choose.
std::string sum_of_header(const SafeTensors& file) {
  json described = {{"metadata", file.metadata}, {"tensors", json::object()}};
  described["metadata"].erase(TensorChecksums::key);
  for (const auto& [name, tensor] : file.tensors) described["tensors"][name] = {tensor.dtype, tensor.shape};
  const auto text = described.dump(-1, ' ', false, json::error_handler_t::replace);
  return sum_of(text.data(), text.size());
}

}  // namespace

std::string TensorChecksums::text_of(const SafeTensors& file) {
  json tensors = json::object();
  for (const auto& [name, tensor] : file.tensors)
    tensors[name] = sum_of(tensor.bytes.data(), tensor.bytes.size());
  return json{{"header", sum_of_header(file)}, {"tensors", tensors}}.dump();
}

TensorChecksums::TensorChecksums(SafeTensors& file, const std::string& where) {
  const auto stored = file.metadata.find(key);
  if (stored == file.metadata.end()) return;
  std::string header;
  try {
    const auto parsed = json::parse(stored->second);
    header = parsed.at("header").get<std::string>();
    tensors_ = parsed.at("tensors").get<std::map<std::string, std::string>>();
  } catch (const json::exception&) {
    tensors_.clear();
  }
  if (header != sum_of_header(file))
    throw Error("the header (names, shapes or description) is not as written", where,
                "The file is damaged: take a copy of it, or export the weights again without the metadata "
                "\"checksums\"");
  file.metadata.erase(stored);
  present_ = true;
}

bool TensorChecksums::right(const std::string& name, const StoredTensor& tensor) const {
  if (!present()) return true;
  const auto found = tensors_.find(name);
  return found != tensors_.end() && found->second == sum_of(tensor.bytes.data(), tensor.bytes.size());
}

}  // namespace cytoscale::store
