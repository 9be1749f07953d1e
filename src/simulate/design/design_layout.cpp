// Which well of which plate holds what.
#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/shuffle.hpp"
#include "simulate/design/design.hpp"

namespace cytoscale::simulate {
namespace {

enum Stream : std::uint64_t { layout_stream = 121, spread_stream = 122 };

std::vector<std::size_t> shuffled(std::size_t count, Random random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(order, random);
  return order;
}

// One well of a treatment in a batch.
struct Content {
  std::size_t treatment;
  int copy;  // 0-based, of the treatment's wells in this batch
};

// The treatments of a batch, dealt to its plates in an order that the campaign's batches share. The wells of
// a treatment go to different plates while there are any.
std::vector<std::vector<Content>> deal(const Design& design, int batch, std::uint64_t seed) {
  std::vector<std::size_t> members;
  for (std::size_t t = 0; t < design.treatments.size(); ++t) {
    const auto& in = design.treatments[t].batches;
    if (std::find(in.begin(), in.end(), batch) != in.end()) members.push_back(t);
  }
  const auto campaign = static_cast<std::uint64_t>(design.campaign_of(batch));
  const auto order = shuffled(members.size(), Random(seed, {spread_stream, campaign}));
  std::vector<std::vector<Content>> plates(static_cast<std::size_t>(design.plates_per_batch));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto treatment = members[order[i]];
    for (int copy = 0; copy < design.treatments[treatment].wells_per_batch; ++copy)
      plates[(i + static_cast<std::size_t>(copy)) % plates.size()].push_back({treatment, copy});
  }
  return plates;
}

std::size_t reference_of(const Design& design) {
  for (std::size_t t = 0; t < design.treatments.size(); ++t)
    if (design.treatments[t].role == Role::positive_control) return t;
  return 0;
}

int wells_of(const Treatment& treatment) {
  return static_cast<int>(treatment.batches.size()) * treatment.wells_per_batch;
}

// Replicate numbers are turned from treatment to treatment: holding out replicate 1 holds out wells of every
// batch, not a batch. Controls, of which there are more, take the same numbers in turn.
int replicate_of(const Design& design, int batch, const Content& content, std::size_t place) {
  const Treatment& treatment = design.treatments[content.treatment];
  if (treatment.batches.empty()) {
    int most = 1;
    for (const auto& other : design.treatments) most = std::max(most, wells_of(other));
    return (batch + static_cast<int>(content.treatment == 0 ? place : content.treatment)) % most + 1;
  }
  const auto& in = treatment.batches;
  const auto before = static_cast<int>(std::find(in.begin(), in.end(), batch) - in.begin());
  const int number = before * treatment.wells_per_batch + content.copy;
  return (number + static_cast<int>(content.treatment)) % wells_of(treatment) + 1;
}

}  // namespace

void lay_out(Design& design, const DesignSettings& settings, std::uint64_t seed) {
  const auto capacity = static_cast<std::size_t>(design.plate_rows * design.plate_columns);
  for (int batch = 0; batch < design.batches; ++batch) {
    const int campaign = design.campaign_of(batch);
    const auto dealt = deal(design, batch, seed);
    for (int p = 0; p < design.plates_per_batch; ++p) {
      std::vector<Content> content = dealt[static_cast<std::size_t>(p)];
      content.insert(content.end(), static_cast<std::size_t>(settings.controls_per_plate), {0, 0});
      content.insert(content.end(), static_cast<std::size_t>(settings.positive_controls_per_plate),
                     {reference_of(design), 0});
      if (content.size() > capacity)
        throw Error(
            "puts " + std::to_string(content.size()) + " wells on a plate of " + std::to_string(capacity),
            "the design", "Raise --plates-per-batch or --wells-per-plate, or ask for fewer treatments");
      // A fixed layout is one for all plates of the campaign: where each holds every treatment, as replicate
      // plates do, a treatment is always in the same well.
      const auto random = settings.fixed_layout
                              ? Random(seed, {layout_stream, 1u, static_cast<std::uint64_t>(campaign), 0u})
                              : Random(seed, {layout_stream, 0u, static_cast<std::uint64_t>(batch),
                                              static_cast<std::uint64_t>(p)});
      const auto position = shuffled(capacity, random);
      for (std::size_t i = 0; i < content.size(); ++i) {
        const int place = static_cast<int>(position[i]);
        design.wells.push_back({batch, batch * design.plates_per_batch + p, place / design.plate_columns,
                                place % design.plate_columns, replicate_of(design, batch, content[i], i),
                                content[i].treatment});
      }
    }
  }
  std::sort(design.wells.begin(), design.wells.end(), [](const DesignWell& a, const DesignWell& b) {
    return std::tie(a.plate, a.row, a.column) < std::tie(b.plate, b.row, b.column);
  });
}

}  // namespace cytoscale::simulate
