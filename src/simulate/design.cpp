#include "simulate/design.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/random.hpp"

namespace cytoscale::simulation {
namespace {

enum Stream : std::uint64_t { potency_stream = 111 };

std::string numbered(const char* prefix, int number, int count) {
  const int width = count >= 1000 ? 4 : count >= 100 ? 3 : 2;
  char text[64];
  std::snprintf(text, sizeof text, "%s%0*d", prefix, width, number);
  return text;
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

double potency(std::uint64_t seed, std::uint64_t compound) {
  Random random(seed, {potency_stream, compound});
  return random.uniform(0.8, 1.2);
}

void add_compounds(Design& design, const SimulateSettings& settings) {
  const auto& d = settings.design;
  const auto& channels = settings.imaging.channels;
  const auto mechanisms = make_mechanisms(settings.seed, d.moas, channels);
  const int groups = d.batches / d.replicates;
  int compound = 0;
  for (int m = 0; m < d.moas; ++m) {
    const Mechanism& mechanism = mechanisms[static_cast<std::size_t>(m)];
    const bool single = m >= d.moas - d.single_group_moas;
    for (int c = 0; c < d.compounds_per_moa; ++c, ++compound) {
      const auto id = static_cast<std::uint64_t>(compound);
      const bool away = !single && c >= d.compounds_per_moa - d.away_compounds;
      const int group = (m + (away ? 1 + c % std::max(1, groups - 1) : 0)) % groups;
      const auto series =
          static_cast<std::uint64_t>(m * groups + group);  // what is imaged together is related
      const auto direction = own_direction(settings.seed, id, series, mechanism, settings.effect, channels);
      for (const Dose& dose : doses(d.concentrations)) {
        Treatment treatment;
        treatment.compound = numbered("compound", compound + 1, d.moas * d.compounds_per_moa);
        treatment.mechanism = mechanism.name;
        treatment.concentration = dose.concentration;
        treatment.batch_group = group;
        treatment.effect = effect_at_dose(direction, dose.strength, potency(settings.seed, id),
                                          settings.effect, settings.effect_scale());
        design.treatments.push_back(treatment);
      }
    }
  }
  if (d.positive_controls_per_plate > 0) {  // a reference compound of the first mechanism at full dose
    Treatment reference;
    reference.compound = "reference";
    reference.mechanism = mechanisms.front().name;
    reference.concentration = 10;
    reference.role = Role::positive_control;
    reference.effect =
        effect_at_dose(mechanisms.front().direction, 1, 1.2, settings.effect, settings.effect_scale());
    design.treatments.push_back(reference);
  }
}

void add_alleles(Design& design, const SimulateSettings& settings) {
  const auto& d = settings.design;
  const auto& channels = settings.imaging.channels;
  const auto mechanisms = make_mechanisms(settings.seed, d.genes, channels);
  int allele = 0;
  for (int g = 0; g < d.genes; ++g)
    for (int a = 0; a < d.alleles_per_gene; ++a, ++allele) {
      const auto id = static_cast<std::uint64_t>(allele);
      Treatment treatment;
      treatment.mechanism = numbered("GENE", g + 1, d.genes);
      treatment.compound = treatment.mechanism + (a == 0 ? "_WT" : numbered("_MUT", a, 2));
      const auto direction =
          own_direction(settings.seed, id, static_cast<std::uint64_t>(g),
                        mechanisms[static_cast<std::size_t>(g)], settings.effect, channels);
      treatment.effect =
          effect_at_dose(direction, 1, potency(settings.seed, id), settings.effect, settings.effect_scale());
      design.treatments.push_back(treatment);
    }
}

}  // namespace

std::string Design::batch_name(int batch) const {
  return "batch" + std::to_string(batch + 1);
}

std::string Design::plate_name(const DesignWell& well) const {
  return batch_name(well.batch) + "_plate" + std::to_string(well.plate % plates_per_batch + 1);
}

std::string Design::well_name(const DesignWell& well) const {
  char text[16];
  std::snprintf(text, sizeof text, "%c%02d", static_cast<char>('A' + well.row), well.column + 1);
  return text;
}

Design make_design(const SimulateSettings& settings) {
  settings.validate();
  const auto& d = settings.design;
  Design design;
  design.genes = d.kind == "genes";
  design.batches = d.batches;
  design.plates_per_batch = d.plates_per_batch;
  design.batches_per_group = design.genes ? d.batches : d.replicates;
  design.plate_rows = d.wells_per_plate == 96 ? 8 : 16;
  design.plate_columns = d.wells_per_plate == 96 ? 12 : 24;
  Treatment control;
  control.compound = control.mechanism = design.genes ? "EMPTY" : "DMSO";
  control.role = Role::negative_control;
  design.treatments.push_back(control);
  design.genes ? add_alleles(design, settings) : add_compounds(design, settings);
  lay_out(design, d, settings.seed);
  return design;
}

}  // namespace cytoscale::simulation
