// What can differ between two cells: the morphology that treatments move and that truth.csv records.
// A trait has a latent value z (0 = the untreated mean, 1 = one standard deviation between untreated cells);
// effects are shifts of z. `natural` turns it into what is painted and recorded. Population traits belong to
// a whole well.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace cytoscale::simulate {

enum class Trait : std::size_t {
  nucleus_area,         // relative to the nominal nucleus
  nucleus_aspect,       // long axis / short axis
  chromatin_texture,    // contrast of the chromatin, 0…1
  chromatin_grain,      // size of its grains, relative
  nucleolus_size,       // relative to the nominal nucleolus
  cell_area,            // relative to the nominal cell
  cell_elongation,      // long axis / short axis
  cell_lobes,           // roughness of the outline, relative to the radius
  actin_fibers,         // density of stress fibers, relative
  actin_coherence,      // 0 fibers at random angles … 1 parallel
  actin_cortex,         // brightness of the cortical ring, relative
  tubulin_perinuclear,  // 0 spread over the cell … 1 gathered round the nucleus
  tubulin_fibers,       // density of microtubules, relative
  tubulin_bundling,     // 0 even … 1 all in few bundles
  rna_nucleoli,         // brightness of nucleoli in RNA, relative
  er_spread,            // 0 perinuclear … 1 to the edge
  golgi_compactness,    // 0 dispersed … 1 one spot
  mito_length,          // length of mitochondria, relative
  mito_spread,          // 0 perinuclear … 1 to the edge
  density,              // cells per field, relative (population)
  multinucleate,        // share of cells with several nuclei (population)
  mitotic,              // share of cells in mitosis (population)
};
inline constexpr std::size_t trait_count = 22;
inline constexpr std::size_t cell_trait_count = 19;   // those before `density`
using TraitVector = std::array<double, trait_count>;  // by Trait; latent or natural values

struct TraitInfo {
  const char* name;       // as in truth.csv
  bool share;             // natural = logistic(logit(center) + spread·z), else center·exp(spread·z)
  double center, spread;  // of untreated cells
  const char* channels;   // where it shows, comma-separated; "*" in all
};
const TraitInfo& trait_info(Trait trait);
inline std::size_t index_of(Trait trait) {
  return static_cast<std::size_t>(trait);
}

// The natural value of a latent one; z is cut at ±4.
double natural(Trait trait, double z);
// Whether any of these channels shows the trait.
bool visible_in(Trait trait, const std::vector<std::string>& channels);

}  // namespace cytoscale::simulate
