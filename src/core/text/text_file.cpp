#include "core/text/text_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/encoding.hpp"
#include "core/text/gzip.hpp"

namespace cytoscale {
namespace {

struct OtherKind {
  std::string_view begins;
  const char* name;
  const char* remedy;
};

constexpr const char* save_as_csv = "Save it as CSV UTF-8 (Excel: Save as, CSV UTF-8)";
constexpr const char* write_as_csv =
    "Write it as CSV, e.g. python3 -c \"import pandas; pandas.read_parquet('IN').to_csv('OUT.csv', "
    "index=False)\"";
constexpr std::array<OtherKind, 8> other_kinds = {{
    {"PAR1", "a Parquet file", write_as_csv},
    {"ARROW1", "a Feather (Arrow) file", "Write it as CSV, e.g. with pandas.read_feather() and to_csv()"},
    {"PK\x03\x04", "an Excel workbook or another zip archive", save_as_csv},
    {"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", save_as_csv},
    {"SQLite format 3", "an SQLite database", "Export its table as CSV, e.g. with CytoTable or sqlite3 -csv"},
    {std::string_view("\x89HDF", 4), "an HDF5 file", "Write its table as CSV, or name an .h5ad file so"},
    {"BZh", "a bzip2 file", "Unpack it with bunzip2, or pack it with gzip"},
    {std::string_view("\xfd\x37zXZ", 5), "an xz file", "Unpack it with unxz, or pack it with gzip"},
}};

void refuse_other_kinds(std::string_view bytes, const std::string& where) {
  for (const auto& kind : other_kinds)
    if (bytes.starts_with(kind.begins))
      throw Error("this is " + std::string(kind.name) + ", not a text", where, kind.remedy);
}

// Whether parts of a text are UTF-8 and text at all; knows line and place.
class TextCheck {
 public:
  explicit TextCheck(std::string where) : where_(std::move(where)) {}

  void add(std::string_view part) {
    if (const auto at = first_not_utf8(part)) refuse(part, *at, "the text is not UTF-8");
    if (const auto at = part.find('\0'); at != std::string_view::npos)
      refuse(part, at, "the text is damaged");
    count(part);
  }

 private:
  void count(std::string_view part) {
    bytes_ += part.size();
    feeds_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    returns_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\r'));
  }

  [[noreturn]] void refuse(std::string_view part, std::size_t at, const std::string& what) {
    count(part.substr(0, at));
    throw Error(fmt::format("{}: byte 0x{:02x} at position {} of the file", what,
                            static_cast<unsigned char>(part[at]), bytes_ + 1),
                where_ + ":" + std::to_string(1 + (feeds_ > 0 ? feeds_ : returns_)),
                "Save as UTF-8 (Excel: CSV UTF-8), or convert it, e.g. iconv -f WINDOWS-1252 -t UTF-8");
  }

  std::string where_;
  std::size_t bytes_ = 0, feeds_ = 0, returns_ = 0;
};

constexpr std::size_t part_bytes = std::size_t{4} << 20;
constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

}  // namespace

struct TextFile::State {
  explicit State(const std::filesystem::path& path)
      : where(path.string()), file(open_file(path)), check(where) {}

  // Appends bytes as they are unpacked; false: there are no more.
  bool read_bytes(std::string& bytes) {
    packed.resize(part_bytes);
    const auto count = read_some(file, packed.data(), packed.size(), where);
    const auto part = std::string_view(packed).substr(0, count);
    if (!began && is_gzip(part)) unpacked.emplace(where);
    began = true;
    if (!unpacked) {
      bytes += part;
    } else if (count > 0) {
      unpacked->add(part, bytes);
    } else {
      unpacked->finish(bytes);
    }
    return count > 0;
  }

  // The first part, of which the others' encoding follows.
  std::string begin() {
    std::string bytes;
    while (bytes.size() < part_bytes && more) more = read_bytes(bytes);
    refuse_other_kinds(bytes, where);
    if (const auto kind = utf16_kind(bytes, !more); kind != Utf16::no) {
      while (more) more = read_bytes(bytes);
      bytes = from_utf16(bytes, kind, where);
    }
    return bytes;
  }

  std::string where;
  std::ifstream file;
  TextCheck check;
  std::string packed, held;  // held: the begin of a character
  std::optional<Gunzip> unpacked;
  bool began = false, first = true, more = true;
};

TextFile::TextFile(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
TextFile::~TextFile() = default;

bool TextFile::read(std::string& text) {
  auto& s = *state_;
  if (!s.first && !s.more) return false;
  std::string part = std::move(s.held);
  s.held.clear();
  if (s.first) {
    part = s.begin();
  } else {
    s.more = s.read_bytes(part);
  }
  if (s.more) {
    const auto kept = part.size() - unfinished_bytes(part);
    s.held = part.substr(kept);
    part.resize(kept);
  }
  s.check.add(part);
  text += std::string_view(part).substr(s.first && part.starts_with(utf8_mark) ? utf8_mark.size() : 0);
  s.first = false;
  return true;
}

std::string text_of_bytes(std::string bytes, const std::string& where) {
  if (is_gzip(bytes)) bytes = gunzip(bytes, where);
  refuse_other_kinds(bytes, where);
  if (const auto kind = utf16_kind(bytes, true); kind != Utf16::no) bytes = from_utf16(bytes, kind, where);
  TextCheck(where).add(bytes);
  if (bytes.starts_with(utf8_mark)) bytes.erase(0, utf8_mark.size());
  return bytes;
}

std::string read_text_file(const std::filesystem::path& path) {
  std::string text;
  for (TextFile file(path); file.read(text);) continue;
  return text;
}

}  // namespace cytoscale
