#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "mpi/agree.hpp"
#include "store/anndata_element.hpp"
#include "store/embedding_layout.hpp"
#include "store/sync.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;

std::uint8_t mark(FieldState state) {
  return static_cast<std::uint8_t>(state);
}

// What a killed run left, if it was on its way to the same file.
bool can_be_continued(const fs::path& part, const std::string& layout) {
  if (!fs::exists(part)) return false;
  try {
    const hdf5::File file = hdf5::File::open(part, hdf5::File::Access::read);
    return file.root().group(embedding_group).dataset("layout").read_texts() ==
           std::vector<std::string>{layout};
  } catch (const Error&) {
    return false;  // not readable: replaced
  }
}

}  // namespace

struct EmbeddingWriter::Impl {
  const Communicator& comm;
  const CellTable& cells;
  fs::path path, part;
  std::size_t features;
  bool float16;
  hdf5::File file;
  hdf5::Dataset x, failed_rows, ledger;
  std::unique_ptr<FileSync> disk;
  std::vector<std::uint8_t> before;   // the ledger as it was found
  std::vector<std::uint8_t> written;  // by this rank, in this run
  std::vector<std::size_t> unmarked;  // written, not yet in the ledger

  void lay_out(const Screen& screen, const EmbeddingLayout& layout);
  void open();
  void write_rows(std::size_t field, std::span<const float> features);
  void write_failed_flag(std::size_t field, std::uint8_t value);
  void note(std::size_t field, FieldState state);
};

// The new .part appears complete but for X: a killed run leaves it so, or not at all.
void EmbeddingWriter::Impl::lay_out(const Screen& screen, const EmbeddingLayout& layout) {
  const fs::path fresh = part.string() + ".new";
  on_root(comm, [&] {
    create_embedding_file(fresh, screen, cells, layout);
    std::error_code ignored;
    fs::remove(part, ignored);
  });
  hdf5::File made = hdf5::File::open_parallel(comm, fresh);
  together(comm, [&] {
    write_obs(made.root(), screen, cells, block_of(cells.fields(), comm.rank(), comm.size()));
  });
  made.close();
  together(comm, [&] { FileSync(fresh).sync(); });
  on_root(comm, [&] { rename_file(fresh, part); });
}

void EmbeddingWriter::Impl::open() {
  file = hdf5::File::open_parallel(comm, part);
  together(comm, [&] {
    const hdf5::Group& root = file.root();
    x = root.dataset("X");
    failed_rows = root.dataset(std::string("obs/") + field_failed_column);
    ledger = root.dataset(std::string(embedding_group) + "/field_state");
    before = ledger.read_all<std::uint8_t>();
    written.assign(before.size(), mark(FieldState::pending));
    disk = std::make_unique<FileSync>(part);
  });
}

void EmbeddingWriter::Impl::write_rows(std::size_t field, std::span<const float> values) {
  const auto first = static_cast<std::uint64_t>(cells.first_cell[field]);
  const auto count = static_cast<std::uint64_t>(cells.cells_of(field));
  if (values.size() != count * features) {
    throw Error(
        "features of " + std::to_string(values.size() / features) + " cells for " + std::to_string(count),
        part.string() + ": field " + std::to_string(field), "This is a defect: please report it");
  }
  if (float16) {
    std::vector<hdf5::Half> halves(values.size());
    hdf5::to_half(values, halves);
    x.write<hdf5::Half>(first, count, halves);
  } else {
    x.write<float>(first, count, values);
  }
}

void EmbeddingWriter::Impl::write_failed_flag(std::size_t field, std::uint8_t value) {
  const auto count = static_cast<std::uint64_t>(cells.cells_of(field));
  failed_rows.write<std::uint8_t>(static_cast<std::uint64_t>(cells.first_cell[field]), count,
                                  std::vector<std::uint8_t>(count, value));
}

void EmbeddingWriter::Impl::note(std::size_t field, FieldState state) {
  if (cells.cells_of(field) == 0) return;  // marked since the beginning
  written[field] = mark(state);
  unmarked.push_back(field);
}

EmbeddingWriter::EmbeddingWriter(const Communicator& comm, const fs::path& path, const Screen& screen,
                                 const CellTable& cells, const EmbeddingLayout& layout)
    : impl_(new Impl{comm,
                     cells,
                     path,
                     path.string() + ".part",
                     layout.feature_names.size(),
                     layout.float16,
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {}}) {
  bool go_on = false;
  on_root(comm, [&] { go_on = can_be_continued(impl_->part, layout_fingerprint(screen, cells, layout)); });
  if (comm.sum(go_on ? 1 : 0) == 0) impl_->lay_out(screen, layout);
  impl_->open();
}

EmbeddingWriter::~EmbeddingWriter() = default;

bool EmbeddingWriter::done(std::size_t field) const {
  return impl_->before.at(field) == mark(FieldState::done) || impl_->cells.cells_of(field) == 0;
}

std::size_t EmbeddingWriter::fields_done_before() const {
  std::size_t count = 0;
  for (std::size_t f = 0; f < impl_->before.size(); ++f) {
    count += impl_->cells.cells_of(f) > 0 && impl_->before[f] == mark(FieldState::done);
  }
  return count;
}

void EmbeddingWriter::write(std::size_t field, std::span<const float> features) {
  impl_->write_rows(field, features);
  // A run before this one could not read the field; now it can.
  if (impl_->before.at(field) == mark(FieldState::failed)) impl_->write_failed_flag(field, 0);
  impl_->note(field, FieldState::done);
}

void EmbeddingWriter::write_failed(std::size_t field) {
  const auto values = static_cast<std::size_t>(impl_->cells.cells_of(field)) * impl_->features;
  impl_->write_rows(field, std::vector<float>(values, std::numeric_limits<float>::quiet_NaN()));
  impl_->write_failed_flag(field, 1);
  impl_->note(field, FieldState::failed);
}

void EmbeddingWriter::checkpoint() {
  if (impl_->unmarked.empty()) return;
  impl_->disk->sync();
  for (const auto field : impl_->unmarked)
    impl_->ledger.write<std::uint8_t>(field, 1, std::span(&impl_->written[field], 1));
  impl_->unmarked.clear();
}

std::int64_t EmbeddingWriter::cells_marked() const {
  const auto states = impl_->ledger.read_all<std::uint8_t>();
  std::int64_t count = 0;
  for (std::size_t f = 0; f < states.size(); ++f) {
    if (states[f] != mark(FieldState::pending)) count += impl_->cells.cells_of(f);
  }
  return count;
}

void EmbeddingWriter::close() {
  const Communicator& comm = impl_->comm;
  together(comm, [&] { checkpoint(); });
  std::vector<std::int64_t> states;
  for (std::size_t f = 0; f < impl_->written.size(); ++f) {
    states.push_back(std::max<std::int64_t>(impl_->written[f], done(f) ? 1 : 0));
  }
  comm.all_reduce(states, Reduction::max);
  const auto missing = std::count(states.begin(), states.end(), 0);
  if (missing > 0) {
    throw Error(std::to_string(missing) + " fields were not written", impl_->part.string(),
                "This is a defect: please report it");
  }
  for (auto* dataset : {&impl_->x, &impl_->failed_rows, &impl_->ledger}) *dataset = hdf5::Dataset();
  impl_->file.close();
  together(comm, [&] { impl_->disk->sync(); });
  on_root(comm, [&] { rename_file(impl_->part, impl_->path); });
}

}  // namespace cytoscale
