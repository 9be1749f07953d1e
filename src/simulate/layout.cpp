// Which well of which plate holds what.
#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "simulate/design.hpp"

namespace cytoscale::simulation {
namespace {

enum Stream : std::uint64_t { layout_stream = 121, spread_stream = 122 };

std::vector<std::size_t> shuffled(std::size_t count, Random random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

// The treatments of a group of batches, dealt to the plates of a batch in an order that the group's batches
// share.
std::vector<std::vector<std::size_t>> deal(const Design& design, int group, std::uint64_t seed) {
  std::vector<std::size_t> members;
  for (std::size_t t = 0; t < design.treatments.size(); ++t) {
    const Treatment& treatment = design.treatments[t];
    if (treatment.role == Role::treatment && (treatment.batch_group < 0 || treatment.batch_group == group))
      members.push_back(t);
  }
  const auto order =
      shuffled(members.size(), Random(seed, {spread_stream, static_cast<std::uint64_t>(group)}));
  std::vector<std::vector<std::size_t>> plates(static_cast<std::size_t>(design.plates_per_batch));
  for (std::size_t i = 0; i < order.size(); ++i) plates[i % plates.size()].push_back(members[order[i]]);
  return plates;
}

std::size_t reference_of(const Design& design) {
  for (std::size_t t = 0; t < design.treatments.size(); ++t)
    if (design.treatments[t].role == Role::positive_control) return t;
  return 0;
}

// Replicate numbers are turned from treatment to treatment: holding out replicate 1 holds out wells of every
// batch, not a batch.
int replicate_of(const Design& design, int batch, std::size_t treatment, std::size_t place) {
  const auto turn = static_cast<int>(treatment == 0 ? place : treatment);
  return (batch + turn) % design.batches_per_group + 1;
}

}  // namespace

void lay_out(Design& design, const DesignSettings& settings, std::uint64_t seed) {
  const auto capacity = static_cast<std::size_t>(design.plate_rows * design.plate_columns);
  for (int batch = 0; batch < design.batches; ++batch) {
    const int group = design.group_of(batch);
    const auto dealt = deal(design, group, seed);
    for (int p = 0; p < design.plates_per_batch; ++p) {
      std::vector<std::size_t> content = dealt[static_cast<std::size_t>(p)];
      content.insert(content.end(), static_cast<std::size_t>(settings.controls_per_plate), 0);
      content.insert(content.end(), static_cast<std::size_t>(settings.positive_controls_per_plate),
                     reference_of(design));
      if (content.size() > capacity)
        throw Error(
            "puts " + std::to_string(content.size()) + " wells on a plate of " + std::to_string(capacity),
            "the design", "Raise --plates-per-batch or --wells-per-plate, or ask for fewer treatments");
      const auto variant = static_cast<std::uint64_t>(settings.fixed_layout ? group : batch);
      const auto position = shuffled(capacity, Random(seed, {layout_stream, settings.fixed_layout ? 1u : 0u,
                                                             variant, static_cast<std::uint64_t>(p)}));
      for (std::size_t i = 0; i < content.size(); ++i) {
        const int place = static_cast<int>(position[i]);
        design.wells.push_back({batch, batch * design.plates_per_batch + p, place / design.plate_columns,
                                place % design.plate_columns, replicate_of(design, batch, content[i], i),
                                content[i]});
      }
    }
  }
  std::sort(design.wells.begin(), design.wells.end(), [](const DesignWell& a, const DesignWell& b) {
    return std::tie(a.plate, a.row, a.column) < std::tie(b.plate, b.row, b.column);
  });
}

}  // namespace cytoscale::simulation
