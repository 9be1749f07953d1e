#include "core/table/text_column.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/table/shared_ends.hpp"

namespace cytoscale {
namespace {

// So many distinct texts are no reason to stop numbering them; more are one where they are half of all rows.
constexpr std::size_t few_texts = 4096;
// Plain rows that are held one by the other: the first of them by itself.
constexpr std::size_t block_rows = 16;

}  // namespace

TextColumn::TextColumn(const std::vector<std::string>& texts) {
  for (const auto& text : texts) push_back(text);
}

TextColumn::TextColumn(std::size_t rows, std::string_view text) {
  if (rows == 0) return;
  push_back(text);
  codes_.own().resize(rows, 0);
}

std::string TextColumn::operator[](std::size_t row) const {
  if (coded_) return std::string(text(codes_[row]));
  std::string found;
  auto at = static_cast<std::size_t>(ends_[row / block_rows]);
  for (auto i = row / block_rows * block_rows; i <= row; ++i) at = take_shared_ends(bytes_.data(), at, found);
  return found;
}

std::string_view TextColumn::Cursor::next() {
  const auto row = row_++;
  if (column_->coded_) return column_->text(column_->codes_[row]);
  if (row % block_rows == 0) text_.clear();
  at_ = take_shared_ends(column_->bytes_.data(), at_, text_);
  return text_;
}

void TextColumn::push_back(std::string_view text) {
  if (!coded_) return append_plain(text);
  codes_.own().push_back(number_of(text));
  if (ends_.size() > few_texts && 2 * ends_.size() > codes_.size()) stop_coding();
}

void TextColumn::append_distinct(std::string_view text) {
  auto& bytes = bytes_.own();
  bytes.insert(bytes.end(), text.begin(), text.end());
  ends_.own().push_back(bytes.size());
}

void TextColumn::append_plain(std::string_view text) {
  auto& bytes = bytes_.own();
  if (count_ % block_rows == 0) {
    ends_.own().push_back(bytes.size());
    last_.clear();
  } else if (last_.empty()) {
    last_ = (*this)[count_ - 1];  // rows are added to a copy
  }
  put_shared_ends(bytes, last_, text);
  last_ = text;
  ++count_;
}

// Where the text's number stands, or would.
std::size_t TextColumn::slot_of(std::string_view wanted) const {
  const auto mask = slots_.size() - 1;
  auto at = static_cast<std::size_t>(checksum(wanted.data(), wanted.size())) & mask;
  while (slots_[at] != 0 && text(slots_[at] - 1) != wanted) at = (at + 1) & mask;
  return at;
}

std::uint32_t TextColumn::number_of(std::string_view wanted) {
  if (!codes_.empty() && text(codes_.back()) == wanted) return codes_.back();  // rows are often alike
  if (slots_.size() < 2 * (ends_.size() + 1)) fill_slots();
  const auto slot = slot_of(wanted);
  if (slots_[slot] == 0) {
    append_distinct(wanted);
    slots_[slot] = static_cast<std::uint32_t>(ends_.size());
  }
  return slots_[slot] - 1;
}

void TextColumn::fill_slots() {
  std::size_t size = 16;
  while (size < 4 * (ends_.size() + 1)) size *= 2;
  slots_.assign(size, 0);
  for (std::size_t number = 0; number < ends_.size(); ++number)
    slots_[slot_of(text(number))] = static_cast<std::uint32_t>(number + 1);
}

void TextColumn::stop_coding() {
  TextColumn plain;
  plain.coded_ = false;
  each([&](std::string_view text) { plain.append_plain(text); });
  *this = std::move(plain);
}

void TextColumn::set(std::size_t row, std::string_view text) {
  if (coded_) {
    const auto number = number_of(text);
    codes_.own()[row] = number;
    return;
  }
  TextColumn other;
  std::size_t at = 0;
  each([&](std::string_view own) { other.push_back(at++ == row ? text : own); });
  *this = std::move(other);
}

TextColumn::Codes TextColumn::codes() const {
  Codes result;
  if (coded_) {
    // Numbers of texts that no row has any more (set(), rows()) would be none of a first appearance.
    std::vector<std::uint32_t> number(ends_.size(), 0);
    bool in_order = true;
    for (const auto code : codes_) {
      if (number[code] != 0) continue;
      result.texts.emplace_back(text(code));
      number[code] = static_cast<std::uint32_t>(result.texts.size());
      in_order = in_order && number[code] == code + 1;
    }
    if (in_order) {
      result.of = codes_;
      return result;
    }
    auto& of = result.of.own();
    of.reserve(codes_.size());
    for (const auto code : codes_) of.push_back(number[code] - 1);
    return result;
  }
  std::unordered_map<std::string, std::uint32_t> numbers;
  auto& of = result.of.own();
  of.reserve(count_);
  each([&](std::string_view text) {
    const auto [at, fresh] = numbers.emplace(text, static_cast<std::uint32_t>(result.texts.size()));
    if (fresh) result.texts.push_back(at->first);
    of.push_back(at->second);
  });
  return result;
}

std::vector<char> TextColumn::where(const std::function<bool(std::string_view)>& is) const {
  std::vector<char> mask;
  mask.reserve(size());
  if (!coded_) {
    each([&](std::string_view text) { mask.push_back(is(text)); });
    return mask;
  }
  std::vector<char> known(ends_.size(), 2);
  for (const auto code : codes_) {
    if (known[code] == 2) known[code] = is(text(code));
    mask.push_back(known[code]);
  }
  return mask;
}

bool TextColumn::all_of(const std::function<bool(std::string_view)>& is) const {
  if (!coded_) {
    Cursor cursor(*this);
    for (std::size_t row = 0; row < size(); ++row)
      if (!is(cursor.next())) return false;
    return true;
  }
  std::vector<char> asked(ends_.size(), 0);
  for (const auto code : codes_)
    if (!std::exchange(asked[code], char{1}) && !is(text(code))) return false;
  return true;
}

bool TextColumn::contains(std::string_view wanted) const {
  if (!coded_) {
    bool found = false;
    each([&](std::string_view text) { found = found || text == wanted; });
    return found;
  }
  for (std::size_t number = 0; number < ends_.size(); ++number)
    if (text(number) == wanted)
      return std::find(codes_.begin(), codes_.end(), static_cast<std::uint32_t>(number)) != codes_.end();
  return false;
}

TextColumn TextColumn::changed(const std::function<std::string(std::string_view)>& change) const {
  TextColumn result;
  if (!coded_) {
    each([&](std::string_view text) { result.push_back(change(text)); });
    return result;
  }
  std::vector<std::string> by_number(ends_.size());
  std::vector<char> asked(ends_.size(), 0);
  bool same = true;
  for (const auto code : codes_) {
    if (asked[code]) continue;
    asked[code] = 1;
    by_number[code] = change(text(code));
    same = same && by_number[code] == text(code);
  }
  if (same) return *this;
  result.codes_.own().reserve(size());
  for (const auto code : codes_) result.push_back(by_number[code]);
  return result;
}

TextColumn TextColumn::rows(std::span<const std::size_t> chosen) const {
  TextColumn result;
  if (coded_) {
    std::vector<std::uint32_t> number(ends_.size(), 0);  // of the texts that are left, plus 1
    auto& codes = result.codes_.own();
    codes.reserve(chosen.size());
    for (const auto row : chosen) {
      auto& known = number[codes_[row]];
      if (known == 0) {
        result.append_distinct(text(codes_[row]));
        known = static_cast<std::uint32_t>(result.ends_.size());
      }
      codes.push_back(known - 1);
    }
    return result;
  }
  for (const auto row : chosen) result.push_back((*this)[row]);
  return result;
}

std::vector<std::string> TextColumn::texts() const {
  std::vector<std::string> all;
  all.reserve(size());
  each([&](std::string_view text) { all.emplace_back(text); });
  return all;
}

TextColumn TextColumn::of_parts(Parts parts, const std::string& where) {
  TextColumn column;
  column.coded_ = parts.coded;
  column.count_ = parts.coded ? 0 : parts.rows;
  column.bytes_ = std::move(parts.bytes);
  column.ends_ = std::move(parts.ends);
  column.codes_ = std::move(parts.codes);
  column.check(where);
  if (column.size() != parts.rows) throw Error("a column of texts is damaged", where);
  return column;
}

void TextColumn::check(const std::string& where) const {
  const auto refuse = [&] { throw Error("a column of texts is damaged", where); };
  if (!std::is_sorted(ends_.begin(), ends_.end())) refuse();
  if (!ends_.empty() && ends_.back() > bytes_.size()) refuse();
  for (const auto code : codes_)
    if (code >= ends_.size()) refuse();
  if (coded_) return;
  if (!codes_.empty() || ends_.size() != (count_ + block_rows - 1) / block_rows) refuse();
  std::size_t at = 0, length = 0;
  for (std::size_t row = 0; row < count_; ++row) {
    if (row % block_rows == 0) {
      if (ends_[row / block_rows] != at) refuse();
      length = 0;
    }
    if (!check_shared_ends(bytes_, at, length)) refuse();
  }
  if (at != bytes_.size()) refuse();
}

std::size_t TextColumn::bytes() const {
  return bytes_.size() + ends_.size() * sizeof(std::uint64_t) +
         (codes_.size() + slots_.size()) * sizeof(std::uint32_t);
}

bool TextColumn::operator==(const TextColumn& other) const {
  if (size() != other.size()) return false;
  Cursor mine(*this), theirs(other);
  for (std::size_t row = 0; row < size(); ++row)
    if (mine.next() != theirs.next()) return false;
  return true;
}

}  // namespace cytoscale
