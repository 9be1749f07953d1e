#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/system/random_access_file.hpp"
#include "store/anndata/anndata_element.hpp"
#include "store/integrity/sealed_file.hpp"
#include "store/rows/embedding_layout.hpp"

namespace cytoscale::store {

struct EmbeddingReader::Impl {
  std::string where;
  hdf5::File file;
  hdf5::Dataset x;
  std::optional<RandomAccessFile> bytes;  // where X is read in place
  std::uint64_t x_at = 0;
  std::vector<std::string> names, layers;
  Table fields;
  std::vector<std::int64_t> first_row;
  std::vector<std::uint8_t> failed;
  nlohmann::json provenance;

  void read_structure();
  void check() const;
  void find_rows(const std::filesystem::path& path);
  template <typename T>
  void read_rows(std::uint64_t first, std::uint64_t count, std::span<T> out) const;
};

void EmbeddingReader::Impl::read_structure() {
  const hdf5::Group& root = file.root();
  check_anndata(root, where);
  if (!root.contains(embedding_group) || root.group(embedding_group).dataset("format").read_texts() !=
                                             std::vector<std::string>{embedding_format}) {
    throw Error("these are not embeddings of cells", where, "Give the embeddings.h5ad that embed made");
  }
  const hdf5::Group group = root.group(embedding_group);
  x = root.dataset("X");
  Frame var = read_frame(root, "var");
  names = std::move(var.index);
  const std::size_t layer = var.table.column("layer", where);
  for (auto& row : var.table.rows) layers.push_back(std::move(row[layer]));
  fields = read_frame(group, "fields").table;
  first_row = group.dataset("first_row").read_all<std::int64_t>();
  failed = group.dataset("field_state").read_all<std::uint8_t>();
  provenance = nlohmann::json::parse(group.dataset("provenance").read_text(), nullptr, false);
}

void EmbeddingReader::Impl::check() const {
  const std::string damaged = "The file is damaged: run embed again";
  if (first_row.size() != fields.rows.size() + 1 || failed.size() != fields.rows.size() ||
      first_row.front() != 0 || !std::is_sorted(first_row.begin(), first_row.end())) {
    throw Error("the table of fields contradicts itself", where, damaged);
  }
  if (x.shape() != hdf5::Shape{static_cast<std::uint64_t>(first_row.back()), names.size()}) {
    throw Error("X does not fit the fields and features", where, damaged);
  }
  check_finished(failed, where, "embed");
}

void EmbeddingReader::Impl::find_rows(const std::filesystem::path& path) {
  const auto at = x.file_offset_of(x.element_bytes() == 2 ? hdf5::Number::f16 : hdf5::Number::f32);
  if (!at || x.elements() == 0) return;
  bytes.emplace(path);
  x_at = *at;
}

template <typename T>
void EmbeddingReader::Impl::read_rows(std::uint64_t first, std::uint64_t count, std::span<T> out) const {
  if (!bytes) return x.read<T>(first, count, out);
  if (first + count > x.rows() || out.size() != count * names.size())
    throw Error("rows that it does not have are asked for, or room of another size is given", where,
                "This is a defect: please report it");
  bytes->read(x_at + first * names.size() * sizeof(T), std::as_writable_bytes(out));
}

EmbeddingReader::EmbeddingReader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>()) {
  impl_->where = path.string();
  impl_->file = open_checked(path);
  impl_->read_structure();
  impl_->check();
  impl_->find_rows(path);
  for (auto& state : impl_->failed) state = state == static_cast<std::uint8_t>(FieldState::failed);
}

EmbeddingReader::~EmbeddingReader() = default;
EmbeddingReader::EmbeddingReader(EmbeddingReader&&) noexcept = default;
EmbeddingReader& EmbeddingReader::operator=(EmbeddingReader&&) noexcept = default;

std::int64_t EmbeddingReader::rows() const {
  return impl_->first_row.back();
}
std::size_t EmbeddingReader::features() const {
  return impl_->names.size();
}
const std::vector<std::string>& EmbeddingReader::feature_names() const {
  return impl_->names;
}
const std::vector<std::string>& EmbeddingReader::feature_layers() const {
  return impl_->layers;
}
const Table& EmbeddingReader::fields() const {
  return impl_->fields;
}
const std::vector<std::int64_t>& EmbeddingReader::first_row() const {
  return impl_->first_row;
}
const std::vector<std::uint8_t>& EmbeddingReader::field_failed() const {
  return impl_->failed;
}
const nlohmann::json& EmbeddingReader::provenance() const {
  return impl_->provenance;
}

bool EmbeddingReader::in_place() const {
  return impl_->bytes.has_value();
}

void EmbeddingReader::read_rows(std::int64_t first, std::int64_t count, std::span<float> out) const {
  const auto start = static_cast<std::uint64_t>(first), rows = static_cast<std::uint64_t>(count);
  if (impl_->x.element_bytes() == 2) {
    std::vector<hdf5::Half> halves(out.size());
    impl_->read_rows<hdf5::Half>(start, rows, halves);
    hdf5::from_half(halves, out);
  } else {
    impl_->read_rows<float>(start, rows, out);
  }
}

void EmbeddingReader::read_column(const std::string& column, std::int64_t first, std::int64_t count,
                                  std::span<float> out) const {
  const hdf5::Dataset values = impl_->file.root().dataset("obs/" + column);
  if (values.shape() != hdf5::Shape{static_cast<std::uint64_t>(rows())})
    throw Error("the column does not fit the rows", values.where(), "The file is damaged: run embed again");
  values.read<float>(static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(count), out);
}

}  // namespace cytoscale::store
