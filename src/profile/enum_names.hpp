// Words of options and the values they stand for, in the order that help shows them.
#pragma once
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::profile {

template <typename Value>
struct Word {
  const char* word;
  Value value;
};

template <typename Value, std::size_t N>
std::vector<std::string> words_of(const Word<Value> (&table)[N]) {
  std::vector<std::string> words;
  for (const auto& entry : table) words.emplace_back(entry.word);
  return words;
}

// Throws Error: "'sphere' is no normalization", with all words as the remedy.
template <typename Value, std::size_t N>
Value parse_word(const Word<Value> (&table)[N], const std::string& word, const std::string& what) {
  for (const auto& entry : table) {
    if (word == entry.word) return entry.value;
  }
  throw Error("'" + word + "' is no " + what, "", "Use one of: " + join(words_of(table), ", "));
}

template <typename Value, std::size_t N>
std::string word_of(const Word<Value> (&table)[N], Value value) {
  for (const auto& entry : table) {
    if (value == entry.value) return entry.word;
  }
  return {};
}

}  // namespace cytoscale::profile
