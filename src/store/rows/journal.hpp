// Results of a pass whose sizes are not known beforehand (cells of a field, illumination of a plate), kept on
// disk until all are there. Each rank appends records to a file of its own in the folder "<output>.part"; a
// record carries a checksum, so that one torn by a kill is told from a whole one and dropped. A run that
// finds such a folder goes on from it, on any number of ranks; ranks share the files it holds. "recipe.json"
// in the folder holds what decides the results: a folder of another recipe is refused, or dropped with
// `overwrite`. Calls from one thread of each rank.
#pragma once
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "mpi/communicator.hpp"
#include "store/rows/field_ledger.hpp"

namespace cytoscale::store {

struct Record {
  std::size_t item = 0;  // a field or plate
  bool failed = false;   // it could not be read: no content
  std::string content;
};

class Journal final : public FieldLedger {
 public:
  // Throws the same Error on all ranks: a folder of another recipe, a disk that cannot be written.
  // Collective: yes.
  Journal(const mpi::Communicator& comm, const std::filesystem::path& output, const nlohmann::json& recipe,
          bool overwrite);
  ~Journal() override;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  bool done(FieldId field) const override { return has(field); }
  // Of an earlier run, as read.
  bool has(std::size_t item) const { return done_.contains(item); }
  std::size_t done_before() const { return done_.size(); }
  // Throws Error: a full disk.
  void write(std::size_t item, const std::string& content);
  void write_failed(FieldId field) override;
  void checkpoint() override;

  // All records, each on exactly one rank: those of this run on the rank that wrote them. An item that failed
  // in one run and was read in another comes once, as read. Collective: yes.
  std::vector<Record> take();
  // Calls `use` with the first whole record of each item, in the order in which they were written; of this
  // run's, those of this rank. After checkpoint(). Collective: no.
  void each(const std::function<void(const Record&)>& use) const;
  // Removes the folder, when the output is in its place. Collective: yes.
  void remove();

 private:
  void append(const Record& record);
  const mpi::Communicator& comm_;
  std::filesystem::path folder_, own_;
  std::ofstream out_;
  std::set<std::size_t> done_;                  // by earlier runs
  std::vector<std::filesystem::path> earlier_;  // their files, in order
};

}  // namespace cytoscale::store
