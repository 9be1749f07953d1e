#include "store/integrity/seal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/fingerprint.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char mark[9] = "CYTOSEAL";
constexpr int version = 1;
constexpr const char* damaged = "The file is damaged: take a copy of it, or make it again";

struct Foot {
  std::uint64_t length = 0, sum = 0;
  char mark[8] = {};
};
static_assert(sizeof(Foot) == 24);

std::string hex(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

json to_json(const Seal& seal) {
  json parts = json::array(), columns = json::array();
  for (const auto& part : seal.parts) {
    json entry = {{"name", part.name}, {"at", part.at}, {"bytes", part.bytes}};
    if (part.by_field) {
      entry["by_field"] = true;
    } else {
      for (const auto sum : part.sums) entry["sums"].push_back(hex(sum));
    }
    parts.push_back(std::move(entry));
  }
  for (const auto& column : seal.columns)
    columns.push_back({{"name", column.name}, {"starts", column.starts}});
  json text = {{"version", version}, {"bytes", seal.bytes}, {"block", seal_block_bytes}, {"parts", parts}};
  if (!columns.empty()) text["rows"] = {{"columns", columns}, {"sums", seal.field_sums}};
  if (!seal.content.empty()) text["content"] = seal.content;
  return text;
}

SealedPart part_from(const json& entry) {
  SealedPart part{entry.at("name"), entry.at("at"), entry.at("bytes"), entry.value("by_field", false), {}};
  if (!part.by_field)
    for (const std::string sum : entry.at("sums")) part.sums.push_back(std::stoull(sum, nullptr, 16));
  return part;
}

Seal from_json(const json& text) {
  Seal seal;
  seal.bytes = text.at("bytes");
  for (const auto& entry : text.at("parts")) seal.parts.push_back(part_from(entry));
  if (const auto rows = text.find("rows"); rows != text.end()) {
    for (const auto& column : rows->at("columns"))
      seal.columns.push_back({column.at("name"), column.at("starts")});
    seal.field_sums = rows->at("sums");
  }
  seal.content = text.value("content", "");
  return seal;
}

// The parts follow one another from the first byte to the last.
bool covers_all(const Seal& seal) {
  std::uint64_t at = 0;
  for (const auto& part : seal.parts) {
    if (part.at != at || part.bytes > seal.bytes - at || part.sums.size() != part.blocks()) return false;
    at += part.bytes;
  }
  return at == seal.bytes;
}

Seal parse(const std::string& text, const std::string& where) {
  try {
    const json parsed = json::parse(text);
    if (parsed.at("version") != version || parsed.at("block") != seal_block_bytes)
      throw Error("its checksums are of another version", where, "Verify it with the version that wrote it");
    Seal seal = from_json(parsed);
    if (covers_all(seal)) return seal;
  } catch (const json::exception&) {
  } catch (const std::logic_error&) {  // no number
  }
  throw Error("its checksums contradict themselves", where, damaged);
}

}  // namespace

const SealedPart* Seal::find(const std::string& name) const {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const auto& part) { return part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

std::optional<Seal> read_seal(const fs::path& path) {
  const std::string where = path.string();
  std::error_code absent;
  const auto size = fs::file_size(path, absent);
  std::ifstream in(path, std::ios::binary);
  if (absent || !in) throw Error("cannot be opened", where, "Check the path and its permissions");
  Foot foot;
  if (size < sizeof foot) return std::nullopt;
  in.seekg(static_cast<std::streamoff>(size - sizeof foot));
  if (!in.read(reinterpret_cast<char*>(&foot), sizeof foot))
    throw Error("reading failed", where, "Check the disk");
  if (std::memcmp(foot.mark, mark, sizeof foot.mark) != 0) return std::nullopt;
  if (foot.length > size - sizeof foot) throw Error("its checksums are cut off", where, damaged);
  std::string text(foot.length, '\0');
  const auto begin = size - sizeof foot - foot.length;
  in.seekg(static_cast<std::streamoff>(begin));
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size())))
    throw Error("reading failed", where, "Check the disk");
  if (checksum(text.data(), text.size()) != foot.sum)
    throw Error("its checksums are damaged themselves", where, damaged);
  Seal seal = parse(text, where);
  if (seal.bytes != begin)
    throw Error("it has " + std::to_string(begin) + " bytes, not the " + std::to_string(seal.bytes) +
                    " that were written",
                where, damaged);
  return seal;
}

void append_seal(const fs::path& path, const Seal& seal) {
  const std::string text = to_json(seal).dump();
  Foot foot{text.size(), checksum(text.data(), text.size()), {}};
  std::memcpy(foot.mark, mark, sizeof foot.mark);
  std::error_code failure;
  fs::resize_file(path, seal.bytes, failure);  // what a killed run left behind it
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out << text;
  out.write(reinterpret_cast<const char*>(&foot), sizeof foot);
  out.close();
  if (failure || !out)
    throw Error("the checksums cannot be appended", path.string(),
                "Check the free space, the quota and the permissions");
}

std::uint64_t field_sum(std::span<const std::span<const std::byte>> columns) {
  Fingerprint sum;
  std::size_t bytes = 0;
  for (const auto& column : columns) {
    sum.add_raw(column.data(), column.size());
    bytes += column.size();
  }
  return bytes == 0 ? 0 : sum.number();
}

}  // namespace cytoscale::store
