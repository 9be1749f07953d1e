// The cells of embeddings.h5ad as a table: rows in the file's order, without those of fields that could not
// be read. Columns: Metadata_Cell (store::cell_name), the screen's metadata, and what was measured of the
// nucleus, all named Metadata_*.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "exports/row_source.hpp"
#include "screen/number_columns.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::exports {

class CellSource final : public RowSource {
 public:
  // Throws Error: not embeddings of cells, unfinished.
  CellSource(const std::filesystem::path& embeddings, const std::string& feature_prefix);
  Rows read(std::size_t first, std::size_t count) const override;
  const store::EmbeddingReader& reader() const { return reader_; }
  std::size_t left_out() const { return static_cast<std::size_t>(reader_.rows()) - rows_; }

 private:
  // Rows of the file that follow one another: part of one field.
  struct Stretch {
    std::size_t field;
    std::int64_t first, count;
  };
  std::vector<Stretch> stretches_of(std::size_t first, std::size_t count) const;
  void add(Rows& rows, const Stretch& stretch) const;

  store::EmbeddingReader reader_;
  std::vector<std::size_t> first_kept_;         // [fields + 1]: rows of the table before each field's
  std::vector<TextColumn> texts_;               // [columns of fields][fields]
  std::vector<screen::ColumnNumbers> numbers_;  // the same, of those that are numbers
  std::size_t plate_ = 0, well_ = 0, site_ = 0;
};

}  // namespace cytoscale::exports
