// Texts held by what they do not share with the one before: how much of its beginning, how much of its end,
// and what is between. "r01c02f03-ch1.tiff" after "r01c02f02-ch1.tiff" takes 4 bytes. Collective: no.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cytoscale {

// Appends an entry for `text`, which follows `before` (empty: it stands by itself).
void put_shared_ends(std::vector<char>& bytes, std::string_view before, std::string_view text);
// `text`, from what came before to what the entry at `at` says; returns where the next entry begins.
std::size_t take_shared_ends(const char* bytes, std::size_t at, std::string& text);
// Whether an entry begins at `at` that lies in the bytes and follows a text of this length: then where the
// next begins, and its text's length; else false.
bool check_shared_ends(std::span<const char> bytes, std::size_t& at, std::size_t& length);

}  // namespace cytoscale
