// Where in a cell a tagged protein can be.
#pragma once
#include <string>
#include <vector>

namespace cytoscale::simulate {

enum class Compartment {
  nucleus,
  nucleolus,
  cytoplasm,
  cell_periphery,
  er,
  golgi,
  mitochondria,
  microtubules
};

// In the order of the enumeration, as manifests name them.
const std::vector<std::string>& compartment_names();
// "ER|mitochondria"; the names must be known.
std::vector<Compartment> parse_compartments(const std::string& text);

}  // namespace cytoscale::simulate
