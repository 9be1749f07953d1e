// A file with rows per cell that all ranks fill field by field, and that a killed run leaves to be continued.
// It is valid at every instant (docs/architecture.md, rule 8): root lays out "<path>.part", every rank fills
// in its share of what is known beforehand, and only then rows are written, independently and touching no
// metadata. The ledger `field_state` marks a field (1 done, 2 failed) after its rows are synced to disk, and
// with them, in `field_sums`, the checksum of what was to be written. close() syncs, seals
// (integrity/seal.hpp) and renames. A .part that a killed run of the same layout left is continued, whatever
// the number of ranks; any other is refused, or dropped where `overwrite` says so. One thread speaks HDF5.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/table/array.hpp"
#include "hdf5/file.hpp"
#include "mpi/communicator.hpp"
#include "store/cell_table.hpp"
#include "store/integrity/seal_file.hpp"
#include "store/rows/field_ledger.hpp"
#include "store/sync.hpp"

namespace cytoscale::store {

// The ledger's marks.
enum class FieldState : std::uint8_t { pending = 0, done = 1, failed = 2 };
// Before the first row is written: fields without cells are marked at once.
std::vector<std::uint8_t> initial_states(const CellTable& cells);
// Throws Error where the ledger of a file has fields pending. `job`: that makes such files.
void check_finished(const std::vector<std::uint8_t>& states, const std::string& where,
                    const std::string& job);

class ResumableFieldFile : public FieldLedger {
 public:
  // Without close() the .part stays, to be continued. Collective: yes (it closes a parallel file; errors are
  // swallowed).
  ~ResumableFieldFile() override = default;
  ResumableFieldFile(const ResumableFieldFile&) = delete;
  ResumableFieldFile& operator=(const ResumableFieldFile&) = delete;

  // Written by an earlier, interrupted run. Collective: no.
  bool done(FieldId field) const override;
  std::size_t fields_done_before() const;
  // A field that cannot be read. Collective: no.
  void write_failed(FieldId field) override = 0;
  // Syncs what was written and marks it in the ledger. Called every few seconds, a killed run loses no more
  // than that. Collective: no.
  void checkpoint() override;
  // Throws Error (the same on all ranks) when a field was not written. Collective: yes.
  void close();

 protected:
  struct Recipe {
    std::string group;    // that holds `layout`, `first_row`, `field_state` and `field_sums`
    std::string layout;   // tells files apart: all that decides the bytes
    std::string content;  // all that decides the file's text, but provenance (integrity/seal_file.hpp)
    std::vector<std::string> rows;  // datasets with a field's rows, in the order of note()
    nlohmann::json provenance;      // in words
    std::function<std::string(const hdf5::File&)> provenance_in;  // of a .part that is there
    bool overwrite = false;                                       // drop a .part of another layout
    std::function<void(const std::filesystem::path&)> create;  // on root: the file, with everything but rows
    std::function<void(hdf5::Group&)> fill;  // on every rank: its share of what is known beforehand
  };
  // Cells must outlive the writer. Throws the same Error on all ranks. Collective: yes.
  ResumableFieldFile(const mpi::Communicator& comm, const std::filesystem::path& path, const CellTable& cells,
                     const Recipe& recipe);

  const mpi::Communicator& comm() const { return comm_; }
  const CellTable& cells() const { return cells_; }
  hdf5::Group& root() { return file_.root(); }
  std::string where(FieldId field) const { return part_.string() + ": field " + std::to_string(field); }
  bool failed_before(FieldId field) const;
  // The field's rows are written: these, dataset by dataset. Collective: no.
  void note(FieldId field, FieldState state, std::initializer_list<std::span<const std::byte>> rows);
  // Lets go of the datasets of rows: the file is about to be closed.
  virtual void release() = 0;

 private:
  bool can_be_continued(const Recipe& recipe) const;
  void lay_out(const Recipe& recipe);

  const mpi::Communicator& comm_;
  const CellTable& cells_;
  std::filesystem::path path_, part_;
  SealPlan seal_;
  hdf5::File file_;
  hdf5::Dataset ledger_, field_sums_;
  std::unique_ptr<FileSync> disk_;
  Array<std::uint8_t> before_;  // the ledger as it was found
  std::int64_t written_ = 0;    // fields that were not done before, by this rank in this run
  // Written, not yet in the ledger.
  struct Unmarked {
    std::size_t field;
    std::uint8_t state;
    std::uint64_t sum;
  };
  std::vector<Unmarked> unmarked_;
};

}  // namespace cytoscale::store
