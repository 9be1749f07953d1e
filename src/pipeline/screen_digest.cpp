#include "pipeline/screen_digest.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "mpi/agree.hpp"
#include "screen/plan.hpp"
#include "store/given_illumination.hpp"

namespace cytoscale::pipeline {
namespace {

// Of all fields, each looked at by one rank: sums of their fingerprints, which no order changes.
std::string digest(const mpi::Communicator& comm, std::size_t fields,
                   const std::function<void(FieldId, Fingerprint&)>& look) {
  std::uint64_t sums[2] = {0, 0};
  mpi::together(comm, [&] {
    const auto block = screen::block_of(fields, comm.rank(), comm.size());
    for (FieldId f(block.first); f < block.last; ++f) {
      Fingerprint print;
      print.add(static_cast<std::uint64_t>(f));
      look(f, print);
      const auto text = print.text();
      for (int half = 0; half < 2; ++half)
        sums[half] += std::stoull(text.substr(16u * static_cast<unsigned>(half), 16), nullptr, 16);
    }
  });
  std::int64_t totals[2] = {static_cast<std::int64_t>(sums[0]), static_cast<std::int64_t>(sums[1])};
  comm.all_reduce(std::span<std::int64_t>(totals), mpi::Reduction::sum);  // modulo 2^64
  return Fingerprint()
      .add(static_cast<std::uint64_t>(totals[0]))
      .add(static_cast<std::uint64_t>(totals[1]))
      .text();
}

std::string content_of(const std::filesystem::path& path) {
  try {
    return fingerprint_of_file(path);
  } catch (const Error&) {
    return "absent";
  }
}

std::string images_of(const mpi::Communicator& comm, const screen::Screen& screen, ImageDigest how) {
  return digest(comm, screen.fields.size(), [&](FieldId f, Fingerprint& print) {
    for (const auto& image : screen.fields.images_of(f))
      print.add(how == ImageDigest::stat ? store::state_of_path(image.path) : content_of(image.path));
  });
}

bool has(const screen::Screen& screen, const std::string& column) {
  const auto& columns = screen.metadata_columns;
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

}  // namespace

std::map<std::string, store::ReadState> screen_reads(const mpi::Communicator& comm,
                                                     const screen::Screen& screen, const ScreenUse& use,
                                                     ImageDigest how) {
  std::map<std::string, store::ReadState> reads;
  mpi::together(comm, [&] {
    if (use.fields) reads["fields"].fingerprint = screen.fingerprint();
    for (const auto& column : use.metadata ? screen.metadata_columns : use.columns)
      reads[column].fingerprint = has(screen, column) ? screen.column_fingerprint(column) : "absent";
    if (use.illumination)
      reads["illumination"].fingerprint =
          screen.illumination.empty() ? "absent" : store::given_illumination_fingerprint(screen);
  });
  if (use.images) reads["images"].fingerprint = enum_name(how) + ":" + images_of(comm, screen, how);
  if (!use.field_files.empty())
    reads["field files"].fingerprint = digest(comm, screen.fields.size(), [&](FieldId f, Fingerprint& print) {
      print.add(content_of(screen.fill(use.field_files, f)));
    });
  return reads;
}

}  // namespace cytoscale::pipeline
