#include "mpi/ordered_sum.hpp"

#include <algorithm>

#include "core/expect.hpp"
#include "mpi/native_internal.hpp"

namespace cytoscale::mpi {
namespace {

class MpiWire : public SumWire {
 public:
  MpiWire(const Communicator& comm, int tag) : tag_(2 * tag) {
    if (comm.native()) comm_ = *static_cast<MPI_Comm*>(comm.native());
  }
  void send(std::span<const float> values, int to, int phase) override {
    requests_.emplace_back();
    check_mpi(MPI_Isend(values.data(), static_cast<int>(values.size()), MPI_FLOAT, to, tag_ + phase, comm_,
                        &requests_.back()),
              "MPI_Isend");
  }
  void receive(std::span<float> values, int from, int phase) override {
    requests_.emplace_back();
    check_mpi(MPI_Irecv(values.data(), static_cast<int>(values.size()), MPI_FLOAT, from, tag_ + phase, comm_,
                        &requests_.back()),
              "MPI_Irecv");
  }
  bool all_arrived() override {
    int done = 0;
    check_mpi(MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done, MPI_STATUSES_IGNORE),
              "MPI_Testall");
    if (done) requests_.clear();
    return done != 0;
  }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
  int tag_;
  std::vector<MPI_Request> requests_;
};

void add_to(std::span<float> sum, std::span<const float> other) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
}

// What a rank holds of a node: values [range.first, range.first + range.count) of its sum.
struct Held {
  ValueRange range;
  float* values;
  std::span<float> part(ValueRange wanted) const {
    return {values + (wanted.first - range.first), wanted.count};
  }
};

}  // namespace

struct OrderedSum::Impl {
  Impl(std::unique_ptr<SumWire> carrier, int r, int all_ranks, std::size_t parts, std::size_t count)
      : wire(std::move(carrier)),
        rank(r),
        values(count),
        plan(plan_sum(parts, count, r, all_ranks)),
        spread(plan_spread(count, plan.holders, r)) {
    for (const auto& of_size : plan.levels) {
      auto& rooms = buffers.emplace_back();
      for (const auto& merge : of_size.merges)
        for (const auto* child : {&merge.left, &merge.right})
          rooms.emplace_back(whole_here(*child, merge.segment) ? 0 : merge.segment.count);
    }
  }

  std::unique_ptr<SumWire> wire;
  int rank;
  std::size_t values;
  SumPlan plan;
  std::vector<SpreadStep> spread;
  // By level, of each merge's left and right child: what comes from others.
  std::vector<std::vector<std::vector<float>>> buffers;
  std::vector<Held> slots;
  std::size_t level = 0, step = 0;
  enum { idle, merging, spreading } state = idle;

  // Whether this rank has all that it needs of a child.
  bool whole_here(const std::vector<SumPiece>& child, ValueRange segment) const {
    return child.size() == 1 && child[0].peer == rank && child[0].values == segment;
  }
  std::vector<float>& buffer(std::size_t merge, std::size_t child) {
    return buffers[level][2 * merge + child];
  }
  // Where a child's values for a merge are, or will be.
  std::span<float> place(std::size_t merge, std::size_t child) {
    const auto& m = plan.levels[level].merges[merge];
    const auto& pieces = child == 0 ? m.left : m.right;
    if (whole_here(pieces, m.segment)) return slots[pieces[0].slot].part(m.segment);
    return buffer(merge, child);
  }

  // Of one level: what comes and goes. What this rank has itself is copied beside what comes.
  void exchange() {
    const auto& now = plan.levels[level];
    for (std::size_t m = 0; m < now.merges.size(); ++m) {
      const auto& merge = now.merges[m];
      for (std::size_t child = 0; child < 2; ++child) {
        const auto& pieces = child == 0 ? merge.left : merge.right;
        if (whole_here(pieces, merge.segment)) continue;
        const Held room{merge.segment, buffer(m, child).data()};
        for (const auto& piece : pieces) {
          if (piece.peer == rank) {
            const auto own = slots[piece.slot].part(piece.values);
            std::copy(own.begin(), own.end(), room.part(piece.values).begin());
          } else {
            wire->receive(room.part(piece.values), piece.peer, 0);
          }
        }
      }
    }
    for (const auto& piece : now.sends) wire->send(slots[piece.slot].part(piece.values), piece.peer, 0);
  }

  // Left and right may change places in an addition, not among several.
  void add() {
    const auto& merges = plan.levels[level].merges;
    for (std::size_t m = 0; m < merges.size(); ++m) {
      auto sum = place(m, 0), other = place(m, 1);
      if (whole_here(merges[m].right, merges[m].segment) && !whole_here(merges[m].left, merges[m].segment))
        std::swap(sum, other);
      add_to(sum, other);
      slots.push_back({merges[m].segment, sum.data()});
    }
  }

  void spread_step(std::span<float> all) {
    for (const auto& range : spread[step].receive)
      wire->receive(all.subspan(range.first, range.count), spread[step].from, 1);
    for (const auto& range : spread[step].send)
      wire->send(all.subspan(range.first, range.count), spread[step].to, 1);
  }
  std::span<float> result() { return {slots[0].values, values}; }

  void begin_spread() {
    const auto share = slots[plan.whole];
    const auto to = slots[0].part(share.range);
    if (share.values != to.data()) std::copy_n(share.values, share.range.count, to.begin());
    state = spread.empty() ? idle : spreading;
    step = 0;
    if (state == spreading) spread_step(result());
  }
};

OrderedSum::OrderedSum(const Communicator& comm, std::size_t parts, std::size_t values, int tag)
    : OrderedSum(std::make_unique<MpiWire>(comm, tag), comm.rank(), comm.size(), parts, values) {}
OrderedSum::OrderedSum(std::unique_ptr<SumWire> wire, int rank, int ranks, std::size_t parts,
                       std::size_t values)
    : impl_(std::make_unique<Impl>(std::move(wire), rank, ranks, parts, values)) {}
OrderedSum::~OrderedSum() = default;
OrderedSum::OrderedSum(OrderedSum&&) noexcept = default;

void OrderedSum::start(std::vector<std::span<float>> sums) {
  auto& s = *impl_;
  CYTO_EXPECT(s.state == Impl::idle && sums.size() == s.plan.subtrees.size());
  s.slots.clear();
  for (const auto& sum : sums) s.slots.push_back({{0, s.values}, sum.data()});
  s.level = 0;
  s.state = Impl::merging;
  if (s.plan.levels.empty()) {
    s.begin_spread();
  } else {
    s.exchange();
  }
}

bool OrderedSum::advance() {
  auto& s = *impl_;
  while (s.state != Impl::idle && s.wire->all_arrived()) {
    if (s.state == Impl::merging) {
      s.add();
      if (++s.level < s.plan.levels.size()) {
        s.exchange();
      } else {
        s.begin_spread();
      }
    } else if (++s.step < s.spread.size()) {
      s.spread_step(s.result());
    } else {
      s.state = Impl::idle;
    }
  }
  return s.state == Impl::idle;
}

}  // namespace cytoscale::mpi
