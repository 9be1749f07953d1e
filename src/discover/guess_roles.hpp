// Which metadata columns name compound, dose, class, batch and control, and which channel shows the nuclei,
// by the names that people give them. Collective: no.
#pragma once
#include <string>
#include <vector>

#include "screen/column_roles.hpp"
#include "screen/screen.hpp"

namespace cytoscale::discover {

// What tells which channel shows the nuclei.
enum class NucleiBy {
  name,
  look,   // of its images
  alone,  // there is one channel
  first   // nothing: it is the first
};

// "" or empty: no column is known to be it.
struct GuessedRoles {
  std::vector<std::string> treatment;
  std::string compound, class_column, batch, control;
  std::size_t treatments = 0;    // different ones
  std::size_t single_wells = 0;  // treatments that have one well
  std::string dna_channel;       // by name; "": none is called so
  NucleiBy nuclei_by = NucleiBy::name;
  std::vector<std::string> plates_without_control;  // of fewer than two control wells
};

GuessedRoles guess_roles(const screen::Screen& screen);

}  // namespace cytoscale::discover
