// A design as a list: what is tested, and in which batches it is imaged. A regular grid or a table of the
// user's, in one form. Pure.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "simulate/settings.hpp"

namespace cytoscale::simulate {

// A treatment.
struct DesignEntry {
  std::string compound;      // or the allele, or the strain
  std::string mechanism;     // or the gene, or where the tagged protein is: "ER|mitochondria"
  double concentration = 0;  // micromolar; unused for an allele
  double strength = 1;       // of the effect, in (0, 1]; 1 = the highest dose
  std::vector<int> batches;  // 0-based, ascending
  int wells = 1;             // in each of these batches, on different plates as far as there are
};

enum class DesignKind { compounds, genes, strains };

struct DesignList {
  DesignKind kind = DesignKind::compounds;
  std::vector<DesignEntry> entries;  // a compound's doses one after the other, the lowest first
};

// The list of --design compounds, genes or strains.
DesignList grid_design(const DesignSettings& settings);

// The list of a CSV file (docs/file-format.md), for a screen of `batches` batches. Throws Error naming file,
// line and column.
DesignList read_design(const std::filesystem::path& path, int batches);

}  // namespace cytoscale::simulate
