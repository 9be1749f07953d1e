#include "simulate/biology/effects.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace cytoscale::simulate {
namespace {

enum Stream : std::uint64_t { mechanism_stream = 101, compound_stream = 102, series_stream = 103 };

struct Move {
  Trait trait;
  double size;
};
struct Archetype {
  const char* name;
  std::vector<Move> moves;
};

using enum Trait;

const std::vector<Archetype>& archetypes() {
  static const std::vector<Archetype> all = {
      {"Actin disruptors",
       {{actin_fibers, -2.0},
        {actin_cortex, -1.2},
        {actin_coherence, -1.2},
        {cell_area, -1.4},
        {cell_lobes, 0.8},
        {multinucleate, 1.4},
        {golgi_compactness, 0.6}}},
      {"Microtubule destabilizers",
       {{tubulin_fibers, -1.8},
        {tubulin_perinuclear, 1.3},
        {cell_area, -1.0},
        {cell_elongation, -1.0},
        {multinucleate, 1.4},
        {mitotic, 0.8},
        {nucleus_aspect, 0.8},
        {golgi_compactness, -1.6},
        {mito_spread, -1.5}}},
      {"Microtubule stabilizers",
       {{tubulin_bundling, 2.4},
        {tubulin_fibers, 1.2},
        {multinucleate, 1.2},
        {nucleus_aspect, -0.4},
        {chromatin_texture, 0.6},
        {mito_length, 1.0},
        {golgi_compactness, -0.8}}},
      {"DNA damage",
       {{nucleus_area, 1.8},
        {cell_area, 1.6},
        {density, -1.2},
        {chromatin_texture, -1.0},
        {nucleolus_size, 1.2},
        {mitotic, -0.8},
        {rna_nucleoli, 0.8}}},
      {"Aurora kinase inhibitors",
       {{multinucleate, 1.8},
        {nucleus_area, 1.3},
        {nucleus_aspect, 1.2},
        {chromatin_grain, 1.5},
        {density, -0.6},
        {er_spread, 0.6}}},
      {"Eg5 inhibitors",
       {{mitotic, 2.4},
        {density, -0.8},
        {cell_area, -0.9},
        {tubulin_perinuclear, 1.0},
        {chromatin_texture, 0.8},
        {mito_spread, -0.6}}},
      {"Protein synthesis",
       {{nucleolus_size, -2.0},
        {nucleus_area, -1.2},
        {density, -0.8},
        {tubulin_fibers, -0.8},
        {actin_fibers, -0.7},
        {rna_nucleoli, -2.2},
        {er_spread, -0.8}}},
      {"Protein degradation",
       {{tubulin_perinuclear, 2.0},
        {chromatin_texture, 1.4},
        {cell_elongation, 1.0},
        {nucleus_aspect, 0.8},
        {actin_cortex, 0.8},
        {er_spread, -1.8},
        {golgi_compactness, 1.0}}},
      {"Kinase inhibitors",
       {{cell_lobes, 2.0},
        {actin_coherence, -1.0},
        {actin_fibers, -1.0},
        {cell_elongation, 1.3},
        {nucleus_area, 0.5},
        {mito_length, -1.0}}},
      {"Epithelial",
       {{actin_cortex, 2.2},
        {cell_elongation, -1.3},
        {cell_lobes, -1.3},
        {density, 0.8},
        {tubulin_perinuclear, -0.8},
        {golgi_compactness, 1.0}}},
      {"Cholesterol-lowering",
       {{cell_elongation, 2.0},
        {cell_area, -1.3},
        {actin_coherence, 1.2},
        {nucleus_aspect, 1.0},
        {er_spread, 1.0},
        {mito_length, 0.7}}},
      {"Energy metabolism",
       {{actin_fibers, 2.2},
        {actin_coherence, 1.0},
        {chromatin_grain, -1.4},
        {tubulin_bundling, -0.8},
        {mito_length, -2.2},
        {mito_spread, 1.2}}},
      {"DNA replication",
       {{nucleus_area, 1.4},
        {chromatin_texture, 1.5},
        {chromatin_grain, 1.0},
        {cell_area, 0.9},
        {density, -1.2},
        {mitotic, -0.8},
        {rna_nucleoli, -0.8}}},
  };
  return all;
}

void keep_visible(TraitVector& direction, const std::vector<std::string>& channels) {
  for (std::size_t t = 0; t < trait_count; ++t)
    if (!visible_in(static_cast<Trait>(t), channels)) direction[t] = 0;
}

void normalize(TraitVector& direction) {
  double norm = 0;
  for (double value : direction) norm += value * value;
  norm = std::sqrt(norm);
  if (norm > 0)
    for (double& value : direction) value /= norm;
}

TraitVector random_direction(Random& random, const std::vector<std::string>& channels) {
  TraitVector direction{};
  for (double& value : direction) value = random.normal();
  keep_visible(direction, channels);
  normalize(direction);
  return direction;
}

// A few strong traits rather than a bit of everything, as real mechanisms have.
TraitVector sparse_direction(Random& random, const std::vector<std::string>& channels) {
  TraitVector direction = random_direction(random, channels);
  for (double& value : direction) value = value * value * value;
  normalize(direction);
  return direction;
}

}  // namespace

double cosine(const TraitVector& a, const TraitVector& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t t = 0; t < trait_count; ++t) ab += a[t] * b[t], aa += a[t] * a[t], bb += b[t] * b[t];
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

std::vector<std::string> mechanism_names(int count) {
  constexpr int of_a_grid = 12;
  std::vector<std::string> names;
  for (int m = 0; m < count; ++m)
    names.push_back(m < of_a_grid ? archetypes()[static_cast<std::size_t>(m)].name
                                  : "Mechanism " + std::to_string(m + 1));
  return names;
}

std::vector<Mechanism> make_mechanisms(std::uint64_t seed, const std::vector<std::string>& names,
                                       const std::vector<std::string>& channels) {
  std::vector<Mechanism> mechanisms;
  for (std::size_t m = 0; m < names.size(); ++m) {
    Mechanism mechanism;
    mechanism.name = names[m];
    const auto archetype = std::find_if(archetypes().begin(), archetypes().end(),
                                        [&](const Archetype& known) { return known.name == names[m]; });
    if (archetype != archetypes().end()) {
      for (const auto& move : archetype->moves) mechanism.direction[index_of(move.trait)] = move.size;
      keep_visible(mechanism.direction, channels);
      normalize(mechanism.direction);
      mechanisms.push_back(mechanism);
      continue;
    }
    Random random(seed, {mechanism_stream, m});
    double least = 2;
    for (int attempt = 0; attempt < 200 && least > 0.5; ++attempt) {
      const TraitVector candidate = sparse_direction(random, channels);
      double closest = -1;
      for (const auto& other : mechanisms) closest = std::max(closest, cosine(candidate, other.direction));
      if (closest < least) least = closest, mechanism.direction = candidate;
    }
    mechanisms.push_back(mechanism);
  }
  return mechanisms;
}

TraitVector own_direction(std::uint64_t seed, std::uint64_t compound, std::uint64_t series,
                          const Mechanism& mechanism, const EffectSettings& settings,
                          const std::vector<std::string>& channels) {
  Random compound_random(seed, {compound_stream, compound}), series_random(seed, {series_stream, series});
  const TraitVector own = random_direction(compound_random, channels),
                    shared = random_direction(series_random, channels);
  TraitVector direction = mechanism.direction;
  for (std::size_t t = 0; t < trait_count; ++t)
    direction[t] += settings.compound_detail * own[t] + settings.series_detail * shared[t];
  normalize(direction);
  return direction;
}

Effect effect_at_dose(const TraitVector& direction, double dose, double potency,
                      const EffectSettings& settings, double scale) {
  Effect effect;
  effect.response_fraction = 0.5 + 0.5 * dose;
  for (std::size_t t = 0; t < trait_count; ++t)
    effect.shift[t] = settings.size * scale * potency * dose * direction[t];
  return effect;
}

}  // namespace cytoscale::simulate
