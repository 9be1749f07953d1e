#include "exports/csv_gz.hpp"

#include <cmath>
#include <fstream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/system/stop_request.hpp"
#include "core/table/csv.hpp"
#include "core/text/append_number.hpp"
#include "core/text/deflate.hpp"

namespace cytoscale::exports {
namespace {

constexpr std::size_t block_bytes = std::size_t{2} << 20;  // of features

std::string header_line(const RowSource& source) {
  std::vector<std::string> names;
  for (const auto& column : source.columns()) names.push_back(column.name);
  names.insert(names.end(), source.features().begin(), source.features().end());
  return csv_text({names, {}});
}

template <typename T>
void append_value(std::string& text, T value) {
  if (!std::isnan(value)) append_number(text, value);
}

std::string text_of(const Rows& rows, const RowSource& source) {
  std::string text;
  std::vector<std::string> cells(source.columns().size());
  const std::size_t features = source.features().size();
  for (std::size_t row = 0; row < rows.count; ++row) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      cells[c].clear();
      const auto kind = source.columns()[c].kind;
      if (kind == ColumnKind::text)
        cells[c] = rows.columns[c].texts[row];
      else if (kind == ColumnKind::single)
        append_value(cells[c], static_cast<float>(rows.columns[c].numbers[row]));
      else
        append_value(cells[c], rows.columns[c].numbers[row]);
    }
    if (!cells.empty()) {
      text += csv_text({cells, {}});
      text.pop_back();  // the line goes on
    }
    for (std::size_t f = 0; f < features; ++f) {
      if (f > 0 || !cells.empty()) text += ',';
      if (source.single_precision())
        append_value(text, rows.singles[row * features + f]);
      else
        append_value(text, rows.doubles[row * features + f]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

void write_csv_gz(const std::filesystem::path& path, const RowSource& source, WorkerPool& threads) {
  replace_atomically(path, [&](const std::filesystem::path& temporary) {
    std::ofstream file(temporary, std::ios::binary);
    file << gzip_member(header_line(source));
    const std::size_t block_rows = source.rows_of(block_bytes);
    std::vector<Rows> blocks;
    std::vector<std::string> members;
    for (std::size_t row = 0; row < source.rows() && file;) {
      heed_stop_request();
      blocks.clear();
      for (int i = 0; i < threads.size() && row < source.rows(); ++i, row += block_rows)
        blocks.push_back(source.read(row, block_rows));
      members.assign(blocks.size(), {});
      threads.run(blocks.size(),
                  [&](std::size_t i, int) { members[i] = gzip_member(text_of(blocks[i], source)); });
      for (const auto& member : members) file << member;
    }
    file.close();
    if (!file) throw Error("the file cannot be written", path.string(), "Check space and permissions");
  });
}

}  // namespace cytoscale::exports
