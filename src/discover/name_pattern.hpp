// Names of image files taken apart by a pattern, e.g. "{Plate}/{Well}_s{Site}_{Channel}.tif": one mechanism
// for the patterns of --pattern and for those of microscopes. Collective: no.
//
// {Name} stands for a part of a name, never with a slash in it:
//   {Well}      a row and a column, "A1", "b02", "AB48"
//   {Row}       letters A to AF, or a number from 1
//   {Column}, {Z}, {T}   digits
//   {Site}      letters and digits
//   {Guid}      8-4-4-4-12 hexadecimal digits, not kept
//   {}          anything, not kept
//   {Plate}, {Channel} and any other name: anything, as short as can be; a name that is not one of those
//               above becomes a column Metadata_Name
//   {Name:d}    digits only
// Everything else stands for itself, in any case. A pattern is held against the end of a path, at the start
// of a folder's or file's name; without an ending of its own it is held against the name without that of
// the image (.tif, .ome.tif, …).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cytoscale::discover {

using NameParts = std::map<std::string, std::string>;  // by the names in the pattern

class NamePattern {
 public:
  // Throws Error naming `where`: a brace that is never closed, no part that tells the well, a part that is
  // there twice.
  NamePattern(const std::string& pattern, const std::string& where);
  // `path`: relative, with slashes. Nothing where it does not match, or where what would have to match is
  // longer than 1,024 bytes.
  std::optional<NameParts> match(const std::string& path) const;
  const std::string& text() const { return text_; }
  bool has(const std::string& name) const;

 private:
  enum class Kind { literal, digits, alphanumeric, well, row, guid, any };
  struct Token {
    Kind kind;
    std::string text;  // of a literal; else the name
  };
  class Matcher;
  static Kind kind_of(const std::string& name, const std::string& form, const std::string& where);
  std::string text_;
  std::vector<Token> tokens_;
  std::size_t folders_ = 0;  // slashes
  bool ending_ = false;      // has one of its own
};

// "a[b]c" to {"abc", "ac"}: what may be absent, the longer first. Brackets do not nest.
std::vector<std::string> with_optional_parts(const std::string& pattern);

// Whether a name is that of an image that can be read (.tif, .tiff, .png in any case), and the name without
// that ending and without ".ome".
bool is_image_name(std::string_view name);
std::string without_ending(std::string_view name);

}  // namespace cytoscale::discover
