// How treatments move cells: a mechanism is a direction in trait space, a compound is that direction with a
// detail of its own, a concentration scales it along a dose curve. Pure functions of the seed.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "simulate/biology/compartments.hpp"
#include "simulate/biology/traits.hpp"
#include "simulate/settings.hpp"

namespace cytoscale::simulate {

// What a treatment does to a well's cells.
struct Effect {
  TraitVector shift{};           // latent shift of a responding cell; population traits: of the well
  double response_fraction = 0;  // share of cells that respond
  // Where responding cells have the tagged protein; in others it is all over the cell.
  std::vector<Compartment> compartments{};
};

// A mechanism: unit length over the traits visible in the channels. Those named as a class of BBBC021 are
// modeled on it (Ljosa et al. 2013, Table 1: what each does to DNA, tubulin and actin); others are random
// directions that keep a cosine below 0.5 to all earlier ones, as far as that is possible.
struct Mechanism {
  std::string name;
  TraitVector direction{};
};
std::vector<Mechanism> make_mechanisms(std::uint64_t seed, const std::vector<std::string>& names,
                                       const std::vector<std::string>& channels);

// The names of a grid's mechanisms: twelve modeled ones, then "Mechanism 13" and so on.
std::vector<std::string> mechanism_names(int count);

// A compound's (or allele's) own direction near its mechanism's: unit length. Compounds of a series (a
// chemical family, which libraries keep together) share a part of what sets them apart from others of their
// mechanism.
TraitVector own_direction(std::uint64_t seed, std::uint64_t compound, std::uint64_t series,
                          const Mechanism& mechanism, const EffectSettings& settings,
                          const std::vector<std::string>& channels);

// The effect of dose in (0, 1] (1 = the highest concentration); `scale` comes from the difficulty. Its
// response_fraction is the share of those who respond at the highest dose.
Effect effect_at_dose(const TraitVector& direction, double dose, double potency,
                      const EffectSettings& settings, double scale);

double cosine(const TraitVector& a, const TraitVector& b);

}  // namespace cytoscale::simulate
