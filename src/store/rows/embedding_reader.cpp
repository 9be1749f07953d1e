#include <algorithm>
#include <optional>
#include <tuple>

#include "core/error.hpp"
#include "core/system/random_access_file.hpp"
#include "mpi/agree.hpp"
#include "mpi/node/node_arrays.hpp"
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
  bool half = false;  // X is float16
  std::vector<std::string> names, layers;
  Table fields;
  Array<std::int64_t> first_row;
  Array<std::uint8_t> failed;
  nlohmann::json provenance;

  void read_structure();
  void check() const;
  void find_rows();
  void share(const mpi::Communicator& comm);
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
  layers = var.table.rows.column(layer).texts();
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
  check_finished({failed.begin(), failed.end()}, where, "embed");
}

void EmbeddingReader::Impl::find_rows() {
  half = x.element_bytes() == 2;
  const auto at = x.file_offset_of(half ? hdf5::Number::f16 : hdf5::Number::f32);
  if (at && x.elements() > 0) x_at = *at;
}

// What rank 0 has read, on all ranks but for the table of fields.
void EmbeddingReader::Impl::share(const mpi::Communicator& comm) {
  const auto texts = nlohmann::json::parse(comm.broadcast(
      nlohmann::json{names, layers, provenance.is_discarded() ? nlohmann::json() : provenance, half, x_at}
          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  names = texts[0].get<std::vector<std::string>>();
  layers = texts[1].get<std::vector<std::string>>();
  provenance = texts[2];
  half = texts[3];
  x_at = texts[4];
  std::tie(first_row, failed) = mpi::arrays_on_each_node(comm, first_row.span(), failed.span());
}

template <typename T>
void EmbeddingReader::Impl::read_rows(std::uint64_t first, std::uint64_t count, std::span<T> out) const {
  if (!bytes) return x.read<T>(first, count, out);
  if (first + count > static_cast<std::uint64_t>(first_row.back()) || out.size() != count * names.size())
    throw Error("rows that it does not have are asked for, or room of another size is given", where,
                "This is a defect: please report it");
  bytes->read(x_at + first * names.size() * sizeof(T), std::as_writable_bytes(out));
}

EmbeddingReader::EmbeddingReader(const std::filesystem::path& path)
    : EmbeddingReader(mpi::Communicator::self(), path) {}

EmbeddingReader::EmbeddingReader(const mpi::Communicator& comm, const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>()) {
  impl_->where = path.string();
  mpi::on_root(comm, [&] {
    impl_->file = open_checked(path);
    impl_->read_structure();
    impl_->check();
    impl_->find_rows();
    for (auto& state : impl_->failed.own()) state = state == static_cast<std::uint8_t>(FieldState::failed);
  });
  impl_->share(comm);
  mpi::together(comm, [&] {
    if (impl_->x_at > 0) impl_->bytes.emplace(path);
    if (comm.root() || impl_->x_at > 0 || impl_->first_row.back() == 0) return;
    impl_->file = open_checked(path);
    impl_->x = impl_->file.root().dataset("X");
  });
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
const Array<std::int64_t>& EmbeddingReader::first_row() const {
  return impl_->first_row;
}
const Array<std::uint8_t>& EmbeddingReader::field_failed() const {
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
  if (impl_->half) {
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
