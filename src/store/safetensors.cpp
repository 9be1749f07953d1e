#include "store/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "store/integrity/tensor_checksums.hpp"

namespace cytoscale::store {
namespace {

using nlohmann::json;

constexpr std::uint64_t largest_header = 100'000'000;  // as the reference implementation
constexpr const char* remedy = "Not a safetensors file, or cut short: export or copy the weights again";

struct Entry {
  std::string name;
  StoredTensor tensor;  // without bytes
  std::uint64_t begin = 0, end = 0;
};

struct Header {
  std::vector<Entry> entries;  // by begin
  std::map<std::string, std::string> metadata;
  std::uint64_t data_start = 0;
  std::string text;
};

std::uint64_t bytes_needed(const StoredTensor& tensor, const std::string& where) {
  std::uint64_t bytes = dtype_bytes(tensor.dtype, where);
  for (const std::int64_t extent : tensor.shape) {
    if (extent < 0) throw Error("a negative size in the shape", where, remedy);
    if (extent != 0 &&
        bytes > std::numeric_limits<std::uint64_t>::max() / static_cast<std::uint64_t>(extent)) {
      throw Error("the shape is beyond all memory", where, remedy);
    }
    bytes *= static_cast<std::uint64_t>(extent);
  }
  return bytes;
}

Entry entry_of(const std::string& name, const json& value, const std::string& where) {
  Entry entry;
  entry.name = name;
  try {
    entry.tensor.dtype = value.at("dtype").get<std::string>();
    const auto& shape = value.at("shape");
    if (!shape.is_array() || !std::all_of(shape.begin(), shape.end(),
                                          [](const json& extent) { return extent.is_number_integer(); })) {
      throw Error("the shape is not a list of whole numbers", where, remedy);
    }
    entry.tensor.shape = shape.get<std::vector<std::int64_t>>();
    const auto& offsets = value.at("data_offsets");
    if (offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) {
      throw Error("data_offsets are not two whole numbers", where, remedy);
    }
    entry.begin = offsets[0].get<std::uint64_t>();
    entry.end = offsets[1].get<std::uint64_t>();
  } catch (const json::exception&) {
    throw Error("the header's entry lacks dtype, shape or data_offsets, or has them wrong", where, remedy);
  }
  if (entry.end < entry.begin || entry.end - entry.begin != bytes_needed(entry.tensor, where)) {
    throw Error("the data's size does not fit the tensor's shape and type", where, remedy);
  }
  return entry;
}

void check_no_gaps(Header& header, std::uint64_t data_size, const std::string& where) {
  std::sort(header.entries.begin(), header.entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t expected = 0;
  for (const auto& entry : header.entries) {
    if (entry.begin != expected) {
      throw Error("the tensors' data overlap or leave a hole", where + ":" + entry.name, remedy);
    }
    expected = entry.end;
  }
  if (expected != data_size) {
    throw Error("there are " + std::to_string(data_size) + " bytes of data, the header speaks of " +
                    std::to_string(expected),
                where, remedy);
  }
}

Header parse_header(const std::string& text, std::uint64_t data_size, const std::string& where) {
  json parsed;
  try {
    parsed = json::parse(text);
  } catch (const json::exception&) {
    throw Error("the header is not JSON", where, remedy);
  }
  if (!parsed.is_object()) throw Error("the header is not a JSON object", where, remedy);
  Header header;
  header.data_start = 8 + text.size();
  header.text = text;
  for (const auto& [name, value] : parsed.items()) {
    if (name != "__metadata__") {
      header.entries.push_back(entry_of(name, value, where + ":" + name));
    } else {
      try {
        header.metadata = value.get<std::map<std::string, std::string>>();
      } catch (const json::exception&) {
        throw Error("the metadata are not all text", where, remedy);
      }
    }
  }
  check_no_gaps(header, data_size, where);
  return header;
}

Header read_header(std::ifstream& in, const std::filesystem::path& path) {
  const std::string where = path.string();
  std::error_code status;
  const auto file_size = std::filesystem::file_size(path, status);
  if (status || !in) throw Error("cannot be opened", where, "Check the path and its permissions");
  unsigned char raw[8] = {};
  in.read(reinterpret_cast<char*>(raw), 8);
  std::uint64_t size = 0;
  for (int i = 7; i >= 0; --i) size = size << 8 | raw[i];
  if (!in || size > largest_header || size > file_size - 8) {
    throw Error("the header's size is missing or larger than the file", where, remedy);
  }
  std::string text(size, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(size))) throw Error("reading failed", where, remedy);
  return parse_header(text, file_size - 8 - size, where);
}

// Names, types, shapes and metadata.
SafeTensors described(const Header& header) {
  SafeTensors result;
  result.metadata = header.metadata;
  for (const auto& entry : header.entries) result.tensors.emplace(entry.name, entry.tensor);
  return result;
}

void read_bytes(std::ifstream& in, const Entry& entry, StoredTensor& tensor,
                const std::filesystem::path& path) {
  tensor.bytes.resize(entry.end - entry.begin);
  in.read(reinterpret_cast<char*>(tensor.bytes.data()), static_cast<std::streamsize>(tensor.bytes.size()));
  if (!in) throw Error("reading failed", path.string() + ":" + entry.name, "Check the disk");
}

}  // namespace

std::size_t dtype_bytes(const std::string& dtype, const std::string& where) {
  static const std::map<std::string, std::size_t> sizes = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
      {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"I64", 8},     {"U64", 8}, {"F64", 8}};
  const auto found = sizes.find(dtype);
  if (found == sizes.end())
    throw Error("the element type '" + dtype + "' is not known", where, "Save the weights as float32");
  return found->second;
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const Header header = read_header(in, path);
  SafeTensors result = described(header);
  const TensorChecksums checksums(result, path.string());
  for (const auto& entry : header.entries) {
    auto& tensor = result.tensors.at(entry.name);
    read_bytes(in, entry, tensor, path);
    if (!checksums.right(entry.name, tensor))
      throw Error("the tensor is not as written", path.string() + ":" + entry.name,
                  "The file is damaged: take a copy of it, or make it again; cytoscale verify names all "
                  "that is");
  }
  return result;
}

SafeTensors read_safetensors_header(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  SafeTensors result = described(read_header(in, path));
  TensorChecksums(result, path.string());
  return result;
}

std::vector<std::string> damage_in_safetensors(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const Header header = read_header(in, path);
  SafeTensors file = described(header);
  const TensorChecksums checksums(file, path.string());
  if (!checksums.present()) return {no_checksums};
  std::vector<std::string> found;
  const auto written = json::parse(header.text).dump();
  if (header.text != written + std::string((8 - written.size() % 8) % 8, ' '))
    found.emplace_back("the header is not as written");
  for (const auto& entry : header.entries) {
    StoredTensor tensor;
    read_bytes(in, entry, tensor, path);
    if (!checksums.right(entry.name, tensor)) found.push_back(entry.name + " is not as written");
  }
  return found;
}

std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path) {
  return read_safetensors_header(path).metadata;
}

void write_safetensors(const std::filesystem::path& path, const SafeTensors& tensors) {
  json header = json::object();  // its keys are sorted: equal tensors, equal bytes
  header["__metadata__"] = tensors.metadata;
  header["__metadata__"][TensorChecksums::key] = TensorChecksums::text_of(tensors);
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors.tensors) {
    const std::string where = path.string() + ":" + name;
    if (name == "__metadata__") throw Error("this name is reserved", where);
    if (bytes_needed(tensor, where) != tensor.bytes.size()) {
      throw Error("the tensor has " + std::to_string(tensor.bytes.size()) +
                      " bytes, its shape and type need " + std::to_string(bytes_needed(tensor, where)),
                  where);
    }
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // data aligned to 8 bytes
  replace_atomically(path, [&](const std::filesystem::path& temporary) {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    for (int i = 0; i < 8; ++i)
      out.put(static_cast<char>(static_cast<std::uint64_t>(text.size()) >> (8 * i)));
    out << text;
    for (const auto& [name, tensor] : tensors.tensors) {
      out.write(reinterpret_cast<const char*>(tensor.bytes.data()),
                static_cast<std::streamsize>(tensor.bytes.size()));
    }
    out.flush();
    if (!out) throw Error("writing failed", temporary.string(), "Check the free space and the permissions");
  });
}

}  // namespace cytoscale::store
