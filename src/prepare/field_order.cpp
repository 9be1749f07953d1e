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
                    const std::vector<double>& units, const screen::FieldGroups& groups) {
  auto plan = screen::plan_shards(screen, comm.size(), units, 0.1, groups);
  FieldShare share{with_units(std::move(plan.fields[static_cast<std::size_t>(comm.rank())]), units), {}};
  for (const auto& group : plan.tail) {
    std::vector<FieldId> fields;
    for (std::size_t i = 0; i < group.count; ++i) fields.emplace_back(group.first + i);
    fields = with_units(std::move(fields), units);
    if (!fields.empty()) share.tail.push_back(std::move(fields));
  }
  return share;
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
    : share_(std::move(share)),
      now_(&share_.own),
      tail_(comm, static_cast<std::int64_t>(share_.tail.size())) {}

std::optional<FieldId> FieldOrder::next() {
  if (at_ >= now_->size()) {
    const auto group = tail_.next();
    if (!group) return std::nullopt;
    now_ = &share_.tail[static_cast<std::size_t>(*group)];
    at_ = 0;
  }
  return (*now_)[at_++];
}

void FieldOrder::drain() {
  do {
    at_ = now_->size();
  } while (next());
}

}  // namespace cytoscale::prepare
