// UTF-8, and what is made it. Collective: no.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cytoscale {

// Where the text stops being UTF-8 (RFC 3629: no overlong forms, no surrogates); none where all of it is.
std::optional<std::size_t> first_not_utf8(std::string_view text);
// Bytes of UTF-8 at the end that a following part may complete: less than a character.
std::size_t unfinished_bytes(std::string_view text);

enum class Utf16 { no, little_endian, big_endian };
// By the mark, or, in a text that is mostly ASCII, by the zeros of its first characters. `whole`: these are
// all bytes of the text.
Utf16 utf16_kind(std::string_view bytes, bool whole);
// Throws Error naming `where` and the line: it stops being UTF-16.
std::string from_utf16(std::string_view bytes, Utf16 kind, const std::string& where);

}  // namespace cytoscale
