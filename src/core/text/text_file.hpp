// Text that people and other programs wrote, as UTF-8: the one reader of tables and config files. Collective:
// no.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

namespace cytoscale {

// The whole file, unpacked where it is gzip, decoded where it is UTF-16 (by its byte-order mark, or by every
// other byte being 0), without a byte-order mark. Throws Error: it cannot be read; it is no text (the message
// says what it is: Parquet, Excel, …); it is not UTF-8 (RFC 3629: no overlong forms, no surrogates) or has a
// byte 0 (with its line, and its place in the file). Line ends stay as they are.
std::string read_text_file(const std::filesystem::path& path);

// The same, part by part (some MiB each), so that memory need not hold it. Of UTF-16 the first part is all.
class TextFile {
 public:
  explicit TextFile(const std::filesystem::path& path);
  ~TextFile();
  // Appends the next part; false: there is none.
  bool read(std::string& text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The same of bytes that are there already; `where` names the file in errors.
std::string text_of_bytes(std::string bytes, const std::string& where);

}  // namespace cytoscale
