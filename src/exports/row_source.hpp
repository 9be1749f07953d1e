// A table to export: columns of metadata and features, read a range of rows at a time, so that a table of any
// length takes bounded memory.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace cytoscale::exports {

enum class ColumnKind { text, whole, real, single };  // text, int64, float64, float32

struct Column {
  std::string name;  // begins with Metadata_
  ColumnKind kind = ColumnKind::text;
};

// A column's values in a range of rows: texts of a column of text ("": missing), else numbers (NaN: missing).
struct ColumnValues {
  std::vector<std::string> texts;
  std::vector<double> numbers;
};

// Features are float32 or float64, as they are stored: [rows][features].
struct Rows {
  std::size_t count = 0;
  std::vector<ColumnValues> columns;
  std::vector<float> singles;
  std::vector<double> doubles;
};

class RowSource {
 public:
  virtual ~RowSource() = default;
  std::size_t rows() const { return rows_; }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<std::string>& features() const { return features_; }
  bool single_precision() const { return single_; }
  // Rows [first, first + count). By one thread at a time. Throws Error.
  virtual Rows read(std::size_t first, std::size_t count) const = 0;
  // As many rows as have about this many bytes of features; one at least. The same for every reader of the
  // table.
  std::size_t rows_of(std::size_t bytes) const;

 protected:
  std::size_t rows_ = 0;
  std::vector<Column> columns_;
  std::vector<std::string> features_;
  bool single_ = false;
};

// The name with Metadata_ before it, where it is not there: pycytominer and copairs tell metadata by it.
std::string metadata_name(const std::string& column);
// The name with the prefix before it, unless it has one that pycytominer knows (Cells_, Nuclei_, Cytoplasm_).
std::string feature_name(const std::string& name, const std::string& prefix);

}  // namespace cytoscale::exports
