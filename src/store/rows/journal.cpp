#include "store/rows/journal.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/atomic_file.hpp"
#include "core/system/files.hpp"
#include "mpi/agree.hpp"
#include "store/provenance/recipe.hpp"
#include "store/sync.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t magic = 0x63797465726563ull;  // begins a record

struct Head {
  std::uint64_t magic = 0, item = 0, failed = 0, size = 0, checksum = 0;
};

std::uint64_t checksum_of(const Record& record) {
  return Fingerprint().add(record.item).add(record.failed ? 1u : 0u).add(record.content).number();
}

// The whole records of a file; what follows the first that is not is dropped.
template <typename Use>
void read_records(const fs::path& path, const Use& use) {
  std::ifstream in(path, std::ios::binary);
  std::error_code absent;
  auto left = static_cast<std::uint64_t>(fs::file_size(path, absent));
  if (absent) return;
  Head head;
  while (left >= sizeof head && in.read(reinterpret_cast<char*>(&head), sizeof head)) {
    left -= sizeof head;
    if (head.magic != magic || head.size > left) return;
    Record record{static_cast<std::size_t>(head.item), head.failed != 0, std::string(head.size, '\0')};
    if (!in.read(record.content.data(), static_cast<std::streamsize>(head.size))) return;
    left -= head.size;
    if (checksum_of(record) != head.checksum) return;
    use(std::move(record));
  }
}

std::vector<fs::path> record_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".records") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// Of its own even where a host's name and a process number come again.
std::string own_name() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return std::to_string(now) + "-" + host + "-" + std::to_string(::getpid()) + ".records";
}

}  // namespace

Journal::Journal(const mpi::Communicator& comm, const fs::path& output, const nlohmann::json& recipe,
                 bool overwrite)
    : comm_(comm), folder_(output.string() + ".part") {
  std::string files;
  mpi::on_root(comm, [&] {
    const auto note = folder_ / "recipe.json";
    // A run that was killed as it began leaves a folder with nothing in it.
    if (fs::exists(note) || (fs::exists(folder_) && !record_files(folder_).empty()))
      check_recipe(folder_, fs::exists(note) ? read_file(note) : "", recipe, overwrite);
    if (overwrite) fs::remove_all(folder_);
    make_folder(folder_);
    if (!fs::exists(note)) write_file_atomically(note, recipe.dump(1) + "\n");
    for (const auto& file : record_files(folder_)) files += file.filename().string() + "\n";
  });
  files = comm.broadcast(files);
  mpi::together(comm, [&] {
    for (std::size_t at = 0; at < files.size();) {
      const auto end = files.find('\n', at);
      earlier_.push_back(folder_ / files.substr(at, end - at));
      at = end + 1;
    }
    // Each rank reads all of them: which items are done must be known to all.
    for (const auto& file : earlier_)
      read_records(file, [&](const Record& record) {
        if (!record.failed) done_.insert(record.item);
      });
    own_ = folder_ / own_name();
    out_.open(own_, std::ios::binary | std::ios::trunc);
    if (!out_)
      throw Error("cannot be written", own_.string(), "Check the folder's permissions and the free space");
  });
}

Journal::~Journal() = default;

void Journal::append(const Record& record) {
  const Head head{magic, record.item, record.failed ? 1u : 0u, record.content.size(), checksum_of(record)};
  out_.write(reinterpret_cast<const char*>(&head), sizeof head);
  out_.write(record.content.data(), static_cast<std::streamsize>(record.content.size()));
  if (!out_) throw Error("writing failed", own_.string(), "Check the free space and the quota");
}

void Journal::write(std::size_t item, const std::string& content) {
  append({item, false, content});
}

void Journal::write_failed(FieldId field) {
  append({field, true, {}});
}

void Journal::checkpoint() {
  out_.flush();
  if (!out_) throw Error("writing failed", own_.string(), "Check the free space and the quota");
  FileSync(own_).sync();
}

std::vector<Record> Journal::take() {
  std::map<std::size_t, Record> mine;
  mpi::together(comm_, [&] {
    out_.close();
    if (!out_) throw Error("writing failed", own_.string(), "Check the free space and the quota");
    std::set<std::size_t> taken;  // by a lower file: the first whole record counts
    for (std::size_t i = 0; i < earlier_.size(); ++i) {
      const bool here = i % static_cast<std::size_t>(comm_.size()) == static_cast<std::size_t>(comm_.rank());
      read_records(earlier_[i], [&](Record record) {
        if (!record.failed && taken.insert(record.item).second && here) mine[record.item] = std::move(record);
      });
    }
    read_records(own_, [&](Record record) { mine[record.item] = std::move(record); });
  });
  std::vector<Record> records;
  for (auto& [item, record] : mine) records.push_back(std::move(record));
  return records;
}

void Journal::each(const std::function<void(const Record&)>& use) const {
  std::set<std::size_t> seen;
  auto files = earlier_;
  files.push_back(own_);
  for (const auto& file : files)
    read_records(file, [&](const Record& record) {
      if (!record.failed && seen.insert(record.item).second) use(record);
    });
}

void Journal::remove() {
  comm_.barrier();
  std::error_code ignored;
  if (comm_.root()) fs::remove_all(folder_, ignored);
}

}  // namespace cytoscale::store
