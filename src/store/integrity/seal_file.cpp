#include "store/integrity/seal_file.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/fingerprint.hpp"
#include "hdf5/extents.hpp"
#include "mpi/agree.hpp"
#include "store/integrity/sealed_bytes.hpp"

namespace cytoscale::store {
namespace {

struct BlockSum {
  std::uint64_t part, block, sum;
};

// The parts, without sums yet.
Seal lay_out(const hdf5::Extents& extents, const SealPlan& plan) {
  Seal seal;
  seal.bytes = extents.end;
  seal.columns = plan.columns;
  seal.field_sums = plan.field_sums;
  std::uint64_t at = 0;
  const auto up_to = [&](std::uint64_t next) {
    if (next > at) seal.parts.push_back({"", at, next - at, false, {}});
  };
  for (const auto& extent : extents.datasets) {
    if (extent.references) continue;  // text: HDF5 follows what stands there into its heaps
    up_to(extent.at);
    const bool by_field = std::any_of(plan.columns.begin(), plan.columns.end(),
                                      [&](const auto& column) { return column.name == extent.name; });
    seal.parts.push_back({extent.name, extent.at, extent.bytes, by_field, {}});
    at = extent.at + extent.bytes;
  }
  up_to(extents.end);
  for (auto& part : seal.parts) part.sums.resize(part.blocks());
  return seal;
}

std::string content_of(const Seal& seal, const hdf5::Extents& extents, const std::string& text_content) {
  std::map<std::string, const SealedPart*> numbers;
  for (const auto& extent : extents.datasets)
    if (!extent.references) numbers[extent.name] = seal.find(extent.name);
  Fingerprint content;
  content.add(text_content);
  for (const auto& [name, part] : numbers) {
    content.add(name).add(part->bytes);
    for (const auto sum : part->sums) content.add(sum);
  }
  return content.text();
}

}  // namespace

void seal_file(const mpi::Communicator& comm, const std::filesystem::path& path, const SealPlan& plan) {
  Seal seal;
  hdf5::Extents extents;  // rank 0's
  mpi::on_root(comm, [&] {
    extents = hdf5::extents_of(path);
    seal = lay_out(extents, plan);
  });
  // The other ranks need no names.
  std::vector<std::uint64_t> places;
  for (const auto& part : seal.parts) places.insert(places.end(), {part.at, part.bytes, part.by_field});
  comm.broadcast_values(places);
  if (!comm.root())
    for (std::size_t i = 0; i < places.size(); i += 3)
      seal.parts.push_back({"", places[i], places[i + 1], places[i + 2] != 0, {}});
  std::vector<BlockSum> sums;
  mpi::together(comm, [&] {
    SealedBytes bytes(path);
    each_block(seal, {comm.rank(), comm.size()}, [&](std::size_t part, std::uint64_t block) {
      sums.push_back({part, block, bytes.block_sum(seal.parts[part], block)});
    });
  });
  for (const auto& each : comm.gather_all<BlockSum>(sums))
    if (comm.root()) seal.parts[each.part].sums[each.block] = each.sum;
  mpi::on_root(comm, [&] {
    if (!plan.text_content.empty()) seal.content = content_of(seal, extents, plan.text_content);
    append_seal(path, seal);
  });
}

}  // namespace cytoscale::store
