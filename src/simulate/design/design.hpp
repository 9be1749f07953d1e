// The experiment on paper: treatments, and the wells in which they are imaged. Pure: settings and seed in,
// lists out.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "simulate/biology/effects.hpp"
#include "simulate/design/design_list.hpp"
#include "simulate/settings.hpp"

namespace cytoscale::simulate {

enum class Role { negative_control, treatment, positive_control };

struct Treatment {
  std::string compound;      // as DesignEntry
  std::string mechanism;     // as DesignEntry
  double concentration = 0;  // micromolar; 0 for controls, used for compounds
  Role role = Role::treatment;
  std::vector<int> batches;  // in which it is imaged, ascending; controls: none, they are in all
  int wells_per_batch = 1;
  Effect effect;
};

struct DesignWell {
  int batch, plate;       // 0-based; plate counts within the whole screen
  int row, column;        // on the plate, 0-based
  int replicate;          // 1-based, among the treatment's wells
  std::size_t treatment;  // index into Design::treatments
};

struct Design {
  DesignKind kind = DesignKind::compounds;
  int batches = 0, plate_rows = 0, plate_columns = 0;
  std::vector<Treatment> treatments;  // [0] is the negative control
  std::vector<DesignWell> wells;      // by plate, row, column: the global order

  // Batches that share treatments were made in one campaign, and are more alike than others.
  int campaign_of(int batch) const { return campaign_of_batch[static_cast<std::size_t>(batch)]; }
  std::string batch_name(int batch) const;               // "batch1"
  std::string plate_name(const DesignWell& well) const;  // "batch1_plate1"
  std::string well_name(const DesignWell& well) const;   // "A01"
  int plates_per_batch = 1;
  std::vector<int> campaign_of_batch;
};

// Throws Error when a plate cannot hold its share, or the design's file is wrong.
Design make_design(const SimulateSettings& settings);

// Places the treatments on plates (layout.cpp), controls on every plate.
void lay_out(Design& design, const DesignSettings& settings, std::uint64_t seed);

}  // namespace cytoscale::simulate
