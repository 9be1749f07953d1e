#include "prepare/field_order.hpp"

#include <algorithm>

#include "mpi/agree.hpp"

namespace cytoscale::prepare {
namespace {

// Rank 0's plan: to all the tail, to each its own.
void hand_out(const mpi::Communicator& comm, screen::ShardPlan& plan, FieldShare& share) {
  comm.broadcast_values(plan.tail);
  share.tail = std::move(plan.tail);
  std::vector<std::size_t> ends;
  screen::GroupRanges all;
  for (const auto& own : plan.own) {
    all.insert(all.end(), own.begin(), own.end());
    ends.push_back(all.size());
  }
  comm.broadcast_values(ends);
  comm.broadcast_values(all);
  const auto rank = static_cast<std::size_t>(comm.rank());
  const auto begin = rank == 0 ? 0 : ends[rank - 1];
  share.own.assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
                   all.begin() + static_cast<std::ptrdiff_t>(ends[rank]));
}

// Without groups in which there is nothing to do, which would be asked for in vain.
screen::GroupRanges with_work(const screen::GroupRanges& ranges, const screen::FieldGroups& groups,
                              const FieldUnits& units) {
  screen::GroupRanges kept;
  for (const auto& range : ranges)
    for (auto group = range.first; group < range.last; ++group) {
      const auto fields = groups[group];
      bool work = false;
      for (std::size_t i = 0; i < fields.count && !work; ++i) work = units(FieldId(fields.first + i)) > 0;
      if (!work) continue;
      if (!kept.empty() && kept.back().last == group) {
        ++kept.back().last;
      } else {
        kept.push_back({group, group + 1});
      }
    }
  return kept;
}

}  // namespace

FieldShare by_plate(const mpi::Communicator& comm, const screen::Screen& screen, const FieldUnits& units,
                    const screen::FieldGroups& groups) {
  FieldShare share{groups.size() > 0 ? groups : screen::FieldGroups(screen.fields.size()), {}, {}};
  screen::ShardPlan plan;
  mpi::on_root(comm, [&] {
    plan = screen::plan_shards(screen::plates_of(screen), share.groups, units, comm.size());
    plan.tail = with_work(plan.tail, share.groups, units);
  });
  hand_out(comm, plan, share);
  return share;
}

FieldShare in_blocks(const mpi::Communicator& comm, screen::Block fields, const FieldUnits& units) {
  FieldShare share{screen::FieldGroups(fields.last), {}, {}};
  screen::ShardPlan plan;
  mpi::on_root(comm, [&] {
    std::size_t count = 0;
    for (FieldId f(fields.first); f < fields.last; ++f) count += units(f) > 0;
    std::size_t field = fields.first, taken = 0;
    for (int rank = 0; rank < comm.size(); ++rank) {
      const auto first = field, last = screen::block_of(count, rank, comm.size()).last;
      for (; field < fields.last && taken < last; ++field) taken += units(FieldId(field)) > 0;
      plan.own.push_back({{first, field}});
    }
  });
  hand_out(comm, plan, share);
  return share;
}

FieldOrder::FieldOrder(const mpi::Communicator& comm, FieldShare share, FieldUnits units)
    : share_(std::move(share)),
      units_(std::move(units)),
      group_(share_.own.empty() ? 0 : share_.own.front().first),
      tail_(comm, static_cast<std::int64_t>(screen::count_groups(share_.tail))) {
  go_to_work();
}

void FieldOrder::begin(std::size_t group) {
  const auto fields = share_.groups[group];
  at_ = fields.first;
  end_ = fields.first + fields.count;
}

// To the next field that has units, of the group that was begun or of its own groups after that.
void FieldOrder::go_to_work() {
  for (;;) {
    while (at_ < end_ && !(units_(FieldId(at_)) > 0)) ++at_;
    if (at_ < end_) return;
    while (own_ < share_.own.size() && group_ >= share_.own[own_].last)
      if (++own_ < share_.own.size()) group_ = share_.own[own_].first;
    if (own_ >= share_.own.size()) return;
    begin(group_++);
  }
}

void FieldOrder::begin_of_tail(std::size_t number) {
  for (const auto& range : share_.tail) {
    if (number < range.last - range.first) return begin(range.first + number);
    number -= range.last - range.first;
  }
}

std::optional<FieldId> FieldOrder::next() {
  while (at_ >= end_) {
    const auto taken = tail_.next();
    if (!taken) return std::nullopt;
    begin_of_tail(static_cast<std::size_t>(*taken));
    go_to_work();
  }
  const FieldId field(at_++);
  go_to_work();
  return field;
}

void FieldOrder::drain() {
  own_ = share_.own.size();
  at_ = end_;
  while (tail_.next()) continue;
}

}  // namespace cytoscale::prepare
