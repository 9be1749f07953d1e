#include "prepare/field_order.hpp"

#include <algorithm>

namespace cytoscale::prepare {
namespace {

std::vector<FieldId> with_units(std::vector<FieldId> fields, const std::vector<double>& units) {
  std::erase_if(fields, [&](FieldId field) { return units[field] <= 0; });
  return fields;
}

}  // namespace

FieldShare by_plate(const mpi::Communicator& comm, const screen::Screen& screen,
                    const std::vector<double>& units) {
  auto plan = screen::plan_shards(screen, comm.size(), units);
  return {with_units(std::move(plan.fields[static_cast<std::size_t>(comm.rank())]), units),
          with_units(std::move(plan.tail), units)};
}

FieldShare in_blocks(const mpi::Communicator& comm, const std::vector<double>& units) {
  std::vector<FieldId> fields;
  for (FieldId f; f < units.size(); ++f)
    if (units[f] > 0) fields.push_back(f);
  const auto block = screen::block_of(fields.size(), comm.rank(), comm.size());
  return {{fields.begin() + static_cast<std::ptrdiff_t>(block.first),
           fields.begin() + static_cast<std::ptrdiff_t>(block.last)},
          {}};
}

FieldOrder::FieldOrder(const mpi::Communicator& comm, FieldShare share)
    : share_(std::move(share)), tail_(comm, static_cast<std::int64_t>(share_.tail.size())) {}

std::optional<FieldId> FieldOrder::next() {
  if (at_ < share_.own.size()) return share_.own[at_++];
  if (const auto item = tail_.next()) return share_.tail[static_cast<std::size_t>(*item)];
  return std::nullopt;
}

void FieldOrder::drain() {
  at_ = share_.own.size();
  while (next()) {
  }
}

}  // namespace cytoscale::prepare
