#include "prepare/field_order.hpp"

#include <algorithm>

namespace cytoscale::prepare {
namespace {

std::vector<std::size_t> with_cost(std::vector<std::size_t> fields, const std::vector<double>& cost) {
  std::erase_if(fields, [&](std::size_t field) { return cost[field] <= 0; });
  return fields;
}

}  // namespace

FieldOrder::FieldOrder(const mpi::Communicator& comm, const screen::Screen& screen,
                       const std::vector<double>& cost)
    : FieldOrder(comm, screen::plan_shards(screen, comm.size(), cost), cost) {}

FieldOrder::FieldOrder(const mpi::Communicator& comm, screen::ShardPlan plan, const std::vector<double>& cost)
    : own_(with_cost(std::move(plan.fields[static_cast<std::size_t>(comm.rank())]), cost)),
      shared_(with_cost(std::move(plan.tail), cost)),
      tail_(comm, static_cast<std::int64_t>(shared_.size())) {}

std::optional<std::size_t> FieldOrder::next() {
  if (at_ < own_.size()) return own_[at_++];
  if (const auto item = tail_.next()) return shared_[static_cast<std::size_t>(*item)];
  return std::nullopt;
}

void FieldOrder::drain() {
  at_ = own_.size();
  while (next()) {
  }
}

}  // namespace cytoscale::prepare
