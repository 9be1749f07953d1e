// Regular designs: every mechanism has as many compounds, every compound as many doses.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "simulate/biology/effects.hpp"
#include "simulate/design/design_list.hpp"

namespace cytoscale::simulate {
namespace {

std::string numbered(const char* prefix, int number, int count) {
  const int width = count >= 1000 ? 4 : count >= 100 ? 3 : 2;
  char text[64];
  std::snprintf(text, sizeof text, "%s%0*d", prefix, width, number);
  return text;
}

std::vector<int> batch_run(int first, int count) {
  std::vector<int> batches(static_cast<std::size_t>(count));
  std::iota(batches.begin(), batches.end(), first);
  return batches;
}

// Half-logarithmic doses up to 10 µM, and how much of the full effect each has (a Hill curve scaled to 1 at
// the top).
struct Dose {
  double concentration, strength;
};
std::vector<Dose> doses(int count) {
  constexpr double half_maximal = 1.5, steps[] = {10, 3};
  const auto hill = [](double c) { return c / (c + half_maximal); };
  std::vector<Dose> all;
  for (int i = count - 1; i >= 0; --i) {
    const double concentration = steps[i % 2] * std::pow(10.0, -(i / 2));
    const double rounded = std::round(concentration * 1e9) / 1e9;
    all.push_back({rounded, hill(concentration) / hill(10)});
  }
  return all;
}

DesignList compound_grid(const DesignSettings& d) {
  DesignList list;
  const auto mechanisms = mechanism_names(d.moas);
  const int groups = d.batches / d.replicates;
  int compound = 0;
  for (int m = 0; m < d.moas; ++m) {
    const bool single = m >= d.moas - d.single_group_moas;
    for (int c = 0; c < d.compounds_per_moa; ++c, ++compound) {
      const bool away = !single && c >= d.compounds_per_moa - d.away_compounds;
      const int group = (m + (away ? 1 + c % std::max(1, groups - 1) : 0)) % groups;
      for (const Dose& dose : doses(d.concentrations))
        list.entries.push_back({numbered("compound", compound + 1, d.moas * d.compounds_per_moa),
                                mechanisms[static_cast<std::size_t>(m)], dose.concentration, dose.strength,
                                batch_run(group * d.replicates, d.replicates), 1});
    }
  }
  return list;
}

DesignList gene_grid(const DesignSettings& d) {
  DesignList list;
  list.kind = DesignKind::genes;
  for (int g = 0; g < d.genes; ++g) {
    const auto gene = numbered("GENE", g + 1, d.genes);
    for (int a = 0; a < d.alleles_per_gene; ++a)
      list.entries.push_back(
          {gene + (a == 0 ? "_WT" : numbered("_MUT", a, 2)), gene, 0, 1, batch_run(0, d.batches), 1});
  }
  return list;
}

// Each compartment alone, then each with the next.
DesignList strain_grid(const DesignSettings& d) {
  DesignList list;
  list.kind = DesignKind::strains;
  const auto& names = compartment_names();
  const auto count = static_cast<std::size_t>(d.compartments);
  for (std::size_t set = 0; set < 2 * count; ++set) {
    const auto first = set % count;
    const auto places = set < count ? names[first] : names[first] + "|" + names[(first + 1) % count];
    for (int s = 0; s < d.strains; ++s)
      list.entries.push_back(
          {numbered("strain", static_cast<int>(list.entries.size()) + 1, 2 * d.compartments * d.strains),
           places, 0, 1, batch_run(0, d.batches), 1});
  }
  return list;
}

}  // namespace

DesignList grid_design(const DesignSettings& settings) {
  if (settings.kind == "genes") return gene_grid(settings);
  return settings.kind == "strains" ? strain_grid(settings) : compound_grid(settings);
}

}  // namespace cytoscale::simulate
