// Which cell is the i-th of a batch. A label is drawn uniformly, then a cell of it (or a well of it, then a
// cell), never cells in proportion to their number (Caicedo et al. 2018 §4). A draw is a function of (seed,
// step, place in the global batch) alone: ranks take blocks of a batch and the batch is the same for any
// number of them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/random.hpp"
#include "learn/data/training_plan.hpp"

namespace cytoscale::learn {

struct CellDraw {
  LabelId label;
  WellId well;
  const TrainingCell* cell;
};

class CellSampler {
 public:
  // Of the training wells. The plan must outlive the sampler.
  CellSampler(const TrainingPlan& plan, std::uint64_t seed, bool replicates_first);
  CellDraw draw(std::int64_t step, std::int64_t place) const;
  // Another cell, of any label: of another well than `first`, or of another batch. There must be one
  // (see check_partners()).
  CellDraw draw_partner(std::int64_t step, std::int64_t place, const CellDraw& first,
                        MixupPartner from) const;
  // Different cells of one label, drawn uniformly, from as many batches and wells as it has, in random order;
  // where it has fewer, each once before any twice.
  std::vector<CellDraw> draw_group(std::int64_t step, std::int64_t place, std::size_t cells) const;

  // Adds what the cell should be taken for, all labels of its well, times `share`, to a target of [labels].
  void add_target(const CellDraw& draw, float share, std::span<float> target) const;
  std::size_t labels() const { return wells_.size(); }

  // Throw Error: wells of one batch only; a label with fewer than `cells` cells, or with one well, to train
  // on.
  void check_partners(MixupPartner from) const;
  // what: "cells" or "fields"; where: the option that asks for groups of them.
  void check_groups(std::size_t cells, const std::string& what, const std::string& where) const;

 private:
  struct WellRange {
    WellId well;
    std::uint64_t end;  // cells of the label up to and with this well
  };
  CellDraw draw_from(Random& random) const;
  bool may_partner(WellId well, WellId first, MixupPartner from) const;

  const TrainingPlan& plan_;
  std::uint64_t seed_;
  bool replicates_first_;
  std::vector<std::vector<WellRange>> wells_;  // by label
  // By label, then batch.
  std::vector<std::vector<std::vector<WellId>>> batches_;
};

// Cells of the held-out wells, at most `limit`, as evenly over labels as they are there; the choice is the
// seed's.
std::vector<CellDraw> validation_draws(const TrainingPlan& plan, std::uint64_t seed, std::size_t limit);

}  // namespace cytoscale::learn
