#include "store/integrity/verify.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"
#include "store/integrity/file_contents.hpp"
#include "store/integrity/sealed_file.hpp"
#include "store/integrity/tensor_checksums.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Problems = std::vector<std::string>;

enum class FileKind { hdf5, safetensors, other };

FileKind kind_of(const fs::path& path) {
  std::error_code status;
  if (fs::is_directory(path, status)) throw Error("this is a folder: name its files");
  if (!fs::exists(path, status)) throw Error("there is no such file");
  char start[8] = {};
  std::ifstream(path, std::ios::binary).read(start, sizeof start);
  const auto extension = path.extension();
  const bool hdf5 = std::string_view(start, sizeof start) == std::string_view("\x89HDF\r\n\x1a\n", 8);
  if (hdf5 || extension == ".h5" || extension == ".h5ad") return FileKind::hdf5;
  return extension == ".safetensors" ? FileKind::safetensors : FileKind::other;
}

std::string fields_text(std::size_t count) {
  return count_text(count) + (count == 1 ? " field" : " fields");
}

// One that has no checksums.
std::string unsealed(const fs::path& path) {
  const auto contents = contents_of_hdf5(path);
  if (!contents.ours) return "it was not written by cytoscale";
  if (contents.pending > 0)
    return "it is unfinished: " + fields_text(contents.pending) + " of " + count_text(contents.fields) +
           " are pending";
  return no_checksums;
}

// Of this rank's share.
Problems problems_of(const fs::path& path, const Share& share) {
  switch (kind_of(path)) {
    case FileKind::other:
      if (share.rank > 0) return {};
      return {"this is no kind of file that cytoscale gives checksums (.h5, .h5ad, .safetensors)"};
    case FileKind::safetensors:
      return share.rank > 0 ? Problems() : damage_in_safetensors(path);
    case FileKind::hdf5:
      break;
  }
  SealedFile file(path);
  if (file.sealed()) return file.damage(share);
  return share.rank > 0 ? Problems() : Problems{unsealed(path)};
}

// Of a file whose bytes are right.
void judge_hdf5(const fs::path& path, Verdict& verdict) {
  const auto contents = contents_of_hdf5(path);
  if (!contents.ours || !has_provenance(path))
    verdict.problems.emplace_back("it does not say what it was made by");
  if (contents.pending + contents.unknown > 0)
    verdict.problems.push_back(fields_text(contents.pending + contents.unknown) +
                               " are neither done nor given up");
  if (!contents.by_field) return;
  verdict.summary = fields_text(contents.fields);
  if (contents.failed > 0)
    verdict.summary += ", of which " + count_text(contents.failed) + " could not be read";
}

void judge_safetensors(const fs::path& path, Verdict& verdict) {
  const auto file = read_safetensors_header(path);
  const auto found = file.metadata.find("provenance");
  const auto provenance = found == file.metadata.end() ? json() : json::parse(found->second, nullptr, false);
  if (!provenance.is_object() || !provenance.contains("job"))
    verdict.problems.emplace_back("it does not say what it was made by");
  verdict.summary = count_text(file.tensors.size()) + " tensors";
}

std::string text_of(const mpi::Failure& failure, const fs::path& path) {
  const bool elsewhere = !failure.where.empty() && failure.where != path.string();
  return (elsewhere ? failure.where + ": " : "") + failure.problem;
}

// What all ranks found, each thing once.
Problems gathered(const mpi::Communicator& comm, const Problems& mine) {
  Problems all;
  for (const auto& text : comm.all_gather(json(mine).dump(-1, ' ', false, json::error_handler_t::replace)))
    for (const auto& problem : json::parse(text).get<Problems>())
      if (std::find(all.begin(), all.end(), problem) == all.end()) all.push_back(problem);
  return all;
}

}  // namespace

Verdict verify_file(const mpi::Communicator& comm, const fs::path& path) {
  Problems mine;
  if (const auto failure = mpi::failure_in([&] { mine = problems_of(path, {comm.rank(), comm.size()}); }))
    mine = {text_of(*failure, path)};
  mpi::stop_if_asked(comm, "Run the same command again: it begins anew");
  Verdict verdict{{}, gathered(comm, mine)};
  if (!verdict.problems.empty()) return verdict;
  Verdict judged;  // rank 0's
  if (comm.root()) {
    const auto failure = mpi::failure_in([&] {
      kind_of(path) == FileKind::hdf5 ? judge_hdf5(path, judged) : judge_safetensors(path, judged);
    });
    if (failure) judged.problems = {text_of(*failure, path)};
  }
  verdict.problems = gathered(comm, judged.problems);
  verdict.summary = comm.broadcast(judged.summary);
  return verdict;
}

void verify_files(const mpi::Communicator& comm, const std::vector<fs::path>& paths, std::ostream& report) {
  std::vector<std::string> broken;
  Problems last;
  for (const auto& path : paths) {
    auto [summary, problems] = verify_file(comm, path);
    const bool whole = problems.empty();
    if (comm.root())
      report << path.string() << (whole ? ": whole" : ": not whole: " + join(problems, "; "))
             << (whole && !summary.empty() ? " (" + summary + ")" : "") << std::endl;
    if (whole) continue;
    broken.push_back(path.string());
    last = std::move(problems);
  }
  if (broken.empty()) return;
  mpi::on_root(comm, [&] {
    const std::string remedy = "Take a copy that is whole, or let the job make it again";
    if (broken.size() == 1)
      throw Error("it is not whole: " + join_some(last, 3, "; "), broken.front(), remedy);
    throw Error(count_text(broken.size()) + " of " + count_text(paths.size()) + " files are not whole",
                join_some(broken, 5), remedy);
  });
}

}  // namespace cytoscale::store
