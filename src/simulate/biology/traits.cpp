#include "simulate/biology/traits.hpp"

#include <algorithm>
#include <cmath>

#include "core/text/text.hpp"

namespace cytoscale::simulate {
namespace {

constexpr std::array<TraitInfo, trait_count> traits{{
    {"nucleus_area", false, 1.0, 0.20, "*"},
    {"nucleus_aspect", false, 1.28, 0.11, "*"},
    {"chromatin_texture", true, 0.35, 0.45, "DNA"},
    {"chromatin_grain", false, 1.0, 0.25, "DNA"},
    {"nucleolus_size", false, 1.0, 0.22, "DNA,RNA"},
    {"cell_area", false, 1.0, 0.28, "Tubulin,Actin,RNA,ER,AGP,Mito"},
    {"cell_elongation", false, 1.5, 0.20, "Tubulin,Actin,RNA,ER,AGP"},
    {"cell_lobes", false, 0.10, 0.35, "Tubulin,Actin,RNA,ER,AGP"},
    {"actin_fibres", false, 1.0, 0.40, "Actin,AGP"},
    {"actin_coherence", true, 0.60, 0.70, "Actin,AGP"},
    {"actin_cortex", false, 1.0, 0.30, "Actin,AGP"},
    {"tubulin_perinuclear", true, 0.45, 0.55, "Tubulin"},
    {"tubulin_fibres", false, 1.0, 0.35, "Tubulin"},
    {"tubulin_bundling", true, 0.25, 0.60, "Tubulin"},
    {"rna_nucleoli", false, 1.0, 0.30, "RNA"},
    {"er_spread", true, 0.45, 0.55, "ER"},
    {"golgi_compactness", true, 0.60, 0.60, "AGP"},
    {"mito_length", false, 1.0, 0.35, "Mito"},
    {"mito_spread", true, 0.50, 0.55, "Mito"},
    {"density", false, 1.0, 0.20, "*"},
    {"multinucleate", true, 0.04, 0.75, "*"},
    {"mitotic", true, 0.04, 0.75, "*"},
}};

}  // namespace

const TraitInfo& trait_info(Trait trait) {
  return traits[index_of(trait)];
}

double natural(Trait trait, double z) {
  const TraitInfo& info = trait_info(trait);
  const double shift = info.spread * std::clamp(z, -4.0, 4.0);
  if (!info.share) return info.center * std::exp(shift);
  const double odds = info.center / (1 - info.center) * std::exp(shift);
  return odds / (1 + odds);
}

bool visible_in(Trait trait, const std::vector<std::string>& channels) {
  const std::string where = trait_info(trait).channels;
  if (where == "*") return true;
  for (const auto& name : split_list(where))
    if (std::find(channels.begin(), channels.end(), name) != channels.end()) return true;
  return false;
}

}  // namespace cytoscale::simulate
