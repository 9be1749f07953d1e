#include "store/rows/resumable_field_file.hpp"

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/system/atomic_file.hpp"
#include "mpi/agree.hpp"
#include "mpi/node/node_arrays.hpp"
#include "store/provenance/recipe.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;

std::uint8_t mark(FieldState state) {
  return static_cast<std::uint8_t>(state);
}

std::string in_group(const std::string& group, const std::string& name) {
  return group.empty() ? name : group + "/" + name;
}

}  // namespace

std::vector<std::uint8_t> initial_states(const CellTable& cells) {
  std::vector<std::uint8_t> states;
  for (FieldId f; f < cells.fields(); ++f) {
    const auto empty = cells.failed[f] != 0 ? FieldState::failed : FieldState::done;
    states.push_back(mark(cells.cells_of(f) == 0 ? empty : FieldState::pending));
  }
  return states;
}

void check_finished(const std::vector<std::uint8_t>& states, const std::string& where,
                    const std::string& job) {
  const auto pending = std::count(states.begin(), states.end(), mark(FieldState::pending));
  if (pending > 0) {
    throw Error("the file is unfinished: " + std::to_string(pending) + " fields are still to be written",
                where, "Run " + job + " again with the same options: it goes on where it stopped");
  }
}

ResumableFieldFile::ResumableFieldFile(const mpi::Communicator& comm, const fs::path& path,
                                       const CellTable& cells, const Recipe& recipe)
    : comm_(comm), cells_(cells), path_(path), part_(path.string() + ".part") {
  bool go_on = false;
  mpi::on_root(comm, [&] { go_on = can_be_continued(recipe); });
  if (comm.sum(go_on ? 1 : 0) == 0) lay_out(recipe);
  const auto path_of = [&](const std::string& name) { return "/" + in_group(recipe.group, name); };
  for (const auto& name : recipe.rows) seal_.columns.push_back({"/" + name, path_of("first_row")});
  seal_.field_sums = path_of("field_sums");
  seal_.text_content = recipe.content;
  file_ = hdf5::File::open_parallel(comm, part_);
  mpi::together(comm, [&] {
    ledger_ = file_.root().dataset(in_group(recipe.group, "field_state"));
    field_sums_ = file_.root().dataset(in_group(recipe.group, "field_sums"));
    disk_ = std::make_unique<FileSync>(part_);
  });
  std::vector<std::uint8_t> states;
  mpi::on_root(comm, [&] {
    states = ledger_.read_all<std::uint8_t>();
    if (states.size() != cells.fields())
      throw Error("it is of another number of fields", ledger_.where(), "Give --overwrite to drop it");
  });
  before_ = mpi::array_on_each_node(comm, std::span<const std::uint8_t>(states));
}

// What a killed run left, if it was on its way to the same file. Throws Error where it was on its way to
// another.
bool ResumableFieldFile::can_be_continued(const Recipe& recipe) const {
  if (!fs::exists(part_)) return false;
  std::string provenance;
  try {
    const hdf5::File file = hdf5::File::open(part_, hdf5::File::Access::read);
    if (file.root().dataset(in_group(recipe.group, "layout")).read_texts() ==
        std::vector<std::string>{recipe.layout})
      return true;
    provenance = recipe.provenance_in(file);
  } catch (const Error&) {
    // Not readable: of nothing that is known.
  }
  check_recipe(part_, provenance, recipe.provenance, recipe.overwrite);
  if (recipe.overwrite) return false;
  throw Error("an interrupted run left it, and it was made from another screen or other cells",
              part_.string(), "Give --overwrite to drop its work, or another --output");
}

// The new .part appears complete but for its rows: a killed run leaves it so, or not at all.
void ResumableFieldFile::lay_out(const Recipe& recipe) {
  std::optional<AtomicFile> file;  // rank 0's
  mpi::on_root(comm_, [&] {
    file.emplace(part_);
    recipe.create(file->path());
  });
  const fs::path fresh = comm_.broadcast(file ? file->path().string() : std::string());
  if (recipe.fill) {
    hdf5::File made = hdf5::File::open_parallel(comm_, fresh);
    mpi::together(comm_, [&] { recipe.fill(made.root()); });
    mpi::together(comm_, [&] { made.close(); });
  }
  mpi::together(comm_, [&] { FileSync(fresh).sync(); });
  mpi::on_root(comm_, [&] { file->commit(); });
}

bool ResumableFieldFile::failed_before(FieldId field) const {
  return before_[field] == mark(FieldState::failed);
}

void ResumableFieldFile::note(FieldId field, FieldState state,
                              std::initializer_list<std::span<const std::byte>> rows) {
  if (cells_.cells_of(field) == 0) return;  // marked since the beginning
  written_ += !done(field);
  unmarked_.push_back({field, mark(state), field_sum({rows.begin(), rows.size()})});
}

bool ResumableFieldFile::done(FieldId field) const {
  return before_[field] == mark(FieldState::done) || cells_.cells_of(field) == 0;
}

std::size_t ResumableFieldFile::fields_done_before() const {
  std::size_t count = 0;
  for (FieldId f; f < before_.size(); ++f) {
    count += cells_.cells_of(f) > 0 && before_[f] == mark(FieldState::done);
  }
  return count;
}

void ResumableFieldFile::checkpoint() {
  if (unmarked_.empty()) return;
  for (const auto& one : unmarked_) field_sums_.write<std::uint64_t>(one.field, 1, std::span(&one.sum, 1));
  disk_->sync();
  for (const auto& one : unmarked_) ledger_.write<std::uint8_t>(one.field, 1, std::span(&one.state, 1));
  unmarked_.clear();
}

void ResumableFieldFile::close() {
  mpi::together(comm_, [&] { checkpoint(); });
  std::int64_t left = 0;
  for (FieldId f; f < before_.size(); ++f) left += !done(f);
  const auto missing = left - comm_.sum(written_);
  if (missing != 0)
    throw Error(std::to_string(missing) + " fields were not written, or were written twice", part_.string(),
                "This is a defect: please report it");
  release();
  ledger_ = hdf5::Dataset();
  field_sums_ = hdf5::Dataset();
  mpi::together(comm_, [&] { file_.close(); });
  mpi::together(comm_, [&] { disk_->sync(); });
  seal_file(comm_, part_, seal_);
  mpi::on_root(comm_, [&] {
    disk_->sync();
    rename_file(part_, path_);
  });
}

}  // namespace cytoscale::store
