#include "store/integrity/sealed_file.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "core/text/text.hpp"
#include "screen/plan.hpp"

namespace cytoscale::store {
namespace {

constexpr std::uint64_t bytes_at_once = std::uint64_t{8} << 20;
constexpr const char* not_as_written = " not as written";

struct Damage {
  std::uint64_t first = 0, last = 0;  // bytes of the file
};

std::string words(const SealedPart& part, const Damage& damage) {
  return (part.name.empty() ? "its attributes, text or structure are" : part.name + " is") +
         std::string(not_as_written) + " (bytes " + count_text(damage.first) + " to " +
         count_text(damage.last) + ")";
}

std::string words(const std::vector<std::string>& fields, const std::vector<SealedColumn>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  const auto which = fields.size() == 1
                         ? "field " + fields.front()
                         : count_text(fields.size()) + " fields (" + join_some(fields, 5) + ")";
  return "the rows of " + which + " are" + not_as_written + " (" + join_some(names, 3) + ")";
}

}  // namespace

// Of some fields that follow one another.
struct SealedFile::Column {
  const SealedPart* part = nullptr;  // none where it has no rows
  std::uint64_t row_bytes = 0;
  std::vector<std::int64_t> starts;  // first row of each of the fields, and the end of the last

  std::uint64_t bytes(std::size_t field, std::size_t end) const {
    return static_cast<std::uint64_t>(starts[end] - starts[field]) * row_bytes;
  }
};

SealedFile::SealedFile(const std::filesystem::path& path) : path_(path) {
  std::error_code absent;
  if (std::filesystem::is_regular_file(path, absent)) seal_ = read_seal(path);
  if (seal_) bytes_.emplace(path);
}

void SealedFile::damaged_parts(const std::function<bool(const SealedPart&)>& which, const Share& share,
                               std::vector<std::string>& found) {
  std::map<std::size_t, Damage> damaged;
  each_block(*seal_, share, [&](std::size_t p, std::uint64_t block) {
    const auto& part = seal_->parts[p];
    if (!which(part) || stop_requested() || bytes_->block_sum(part, block) == part.sums[block]) return;
    const auto first = part.at + block * seal_block_bytes;
    const auto last = std::min(first + seal_block_bytes, part.at + part.bytes) - 1;
    damaged.try_emplace(p, Damage{first, last}).first->second.last = last;
  });
  for (const auto& [p, where] : damaged) found.push_back(words(seal_->parts[p], where));
}

std::vector<SealedFile::Column> SealedFile::columns_of(std::uint64_t fields, std::uint64_t first,
                                                       std::uint64_t last) {
  std::vector<Column> columns;
  for (const auto& each : seal_->columns) {
    Column column{seal_->find(each.name), 0, {}};
    std::int64_t rows = static_cast<std::int64_t>(fields);
    if (const auto* starts = seal_->find(each.starts); !each.starts.empty() && starts) {
      column.starts = bytes_->numbers<std::int64_t>(*starts, first, last - first + 1);
      rows = bytes_->numbers<std::int64_t>(*starts, fields, 1).front();
    } else {
      for (auto f = first; f <= last; ++f) column.starts.push_back(static_cast<std::int64_t>(f));
    }
    if (column.part && rows > 0) column.row_bytes = column.part->bytes / static_cast<std::uint64_t>(rows);
    const bool fits =
        std::is_sorted(column.starts.begin(), column.starts.end()) && column.starts.front() >= 0 &&
        column.starts.back() <= rows &&
        (!column.part || static_cast<std::uint64_t>(rows) * column.row_bytes == column.part->bytes);
    if (!fits)
      throw Error("the fields' first rows do not fit its rows", path_.string() + ":" + each.name,
                  "The file is damaged: make it again");
    columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<std::uint64_t> SealedFile::sums_of(const std::vector<Column>& columns, std::size_t begin,
                                               std::size_t end) {
  std::vector<std::vector<std::byte>> rows;
  for (const auto& column : columns) {
    const auto first = static_cast<std::uint64_t>(column.starts[begin]) * column.row_bytes;
    auto& bytes = rows.emplace_back(column.part ? column.bytes(begin, end) : 0);
    if (column.part) bytes_->read(column.part->at + first, bytes);
  }
  std::vector<std::uint64_t> sums;
  for (std::size_t f = begin; f < end; ++f) {
    std::vector<std::span<const std::byte>> of_field;
    for (std::size_t c = 0; c < columns.size(); ++c)
      of_field.push_back(std::span(rows[c]).subspan(columns[c].bytes(begin, f), columns[c].bytes(f, f + 1)));
    sums.push_back(field_sum(of_field));
  }
  return sums;
}

void SealedFile::damaged_fields(const Share& share, std::vector<std::string>& found) {
  const auto* part = seal_->find(seal_->field_sums);
  if (seal_->columns.empty() || !part) return;
  const auto fields = part->bytes / sizeof(std::uint64_t);
  const auto mine = screen::block_of(fields, share.rank, share.of);
  if (mine.first >= mine.last) return;
  const auto expected = bytes_->numbers<std::uint64_t>(*part, mine.first, mine.last - mine.first);
  const auto columns = columns_of(fields, mine.first, mine.last);
  const auto bytes_of = [&](std::size_t begin, std::size_t end) {
    std::uint64_t bytes = 0;
    for (const auto& column : columns) bytes += column.bytes(begin, end);
    return bytes;
  };
  std::vector<std::string> damaged;
  for (std::size_t begin = 0, end = 1; begin < expected.size() && !stop_requested(); begin = end++) {
    while (end < expected.size() && bytes_of(begin, end + 1) <= bytes_at_once) ++end;
    const auto sums = sums_of(columns, begin, end);
    for (std::size_t f = begin; f < end; ++f)
      if (sums[f - begin] != expected[f]) damaged.push_back(std::to_string(mine.first + f));
  }
  if (!damaged.empty()) found.push_back(words(damaged, seal_->columns));
}

std::vector<std::string> SealedFile::damage(const Share& share) {
  std::vector<std::string> found;
  if (!seal_) return found;
  damaged_parts([](const auto&) { return true; }, share, found);
  damaged_fields(share, found);
  return found;
}

void SealedFile::refuse(const std::vector<std::string>& found) const {
  if (found.empty()) return;
  throw Error(join_some(found, 3, "; "), path_.string(),
              "The file is damaged: take a copy of it, or make it again; cytoscale verify names all that is");
}

void SealedFile::check() {
  refuse(damage());
}

void SealedFile::check_structure() {
  std::vector<std::string> found;
  if (seal_) damaged_parts([](const auto& part) { return part.name.empty(); }, {}, found);
  refuse(found);
}

void SealedFile::check_dataset(const std::string& name) {
  std::vector<std::string> found;
  if (seal_) damaged_parts([&](const auto& part) { return part.name == name; }, {}, found);
  refuse(found);
}

hdf5::File open_checked(const std::filesystem::path& path) {
  std::error_code absent;
  if (std::filesystem::is_regular_file(path, absent)) SealedFile(path).check_structure();
  return hdf5::File::open(path, hdf5::File::Access::read);
}

}  // namespace cytoscale::store
