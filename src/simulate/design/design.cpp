#include "simulate/design/design.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "core/random.hpp"

namespace cytoscale::simulate {
namespace {

enum Stream : std::uint64_t { potency_stream = 111 };

double potency(std::uint64_t seed, std::uint64_t compound) {
  Random random(seed, {potency_stream, compound});
  return random.uniform(0.8, 1.2);
}

// A reference compound of the first mechanism at full dose.
void add_reference(Design& design, const Mechanism& mechanism, const SimulateSettings& settings) {
  Treatment reference;
  reference.compound = "reference";
  reference.mechanism = mechanism.name;
  reference.concentration = 10;
  reference.role = Role::positive_control;
  reference.effect = effect_at_dose(mechanism.direction, 1, 1.2, settings.effect, settings.effect_scale());
  reference.effect.response_fraction *= settings.effect.response_of(0);
  design.treatments.push_back(reference);
}

// Batches that share a treatment, directly or through others, are of one campaign; campaigns are numbered by
// their first batch.
std::vector<int> find_campaigns(const DesignList& list, int batches) {
  std::vector<int> campaign(static_cast<std::size_t>(batches));
  std::iota(campaign.begin(), campaign.end(), 0);
  for (const auto& entry : list.entries)
    for (const int batch : entry.batches) {
      const int a = campaign[static_cast<std::size_t>(entry.batches.front())],
                b = campaign[static_cast<std::size_t>(batch)];
      std::replace(campaign.begin(), campaign.end(), std::max(a, b), std::min(a, b));
    }
  std::vector<int> firsts;
  for (int& c : campaign) {
    if (std::find(firsts.begin(), firsts.end(), c) == firsts.end()) firsts.push_back(c);
    c = static_cast<int>(std::find(firsts.begin(), firsts.end(), c) - firsts.begin());
  }
  return campaign;
}

// The place of each name in the order of first appearance.
std::uint64_t index_in(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  const auto index = found - names.begin();
  if (found == names.end()) names.push_back(name);
  return static_cast<std::uint64_t>(index);
}

std::vector<std::string> classes_of(const DesignList& list) {
  std::vector<std::string> classes;
  for (const auto& entry : list.entries) index_in(classes, entry.mechanism);
  return classes;
}

void add_treatments(Design& design, const DesignList& list, const SimulateSettings& settings) {
  const auto& channels = settings.imaging.channels;
  auto classes = classes_of(list);
  // A gene's effect is that of some mechanism.
  const auto mechanisms = make_mechanisms(
      settings.seed,
      list.kind == DesignKind::compounds ? classes : mechanism_names(static_cast<int>(classes.size())),
      channels);
  const auto campaigns = static_cast<std::uint64_t>(
      1 + *std::max_element(design.campaign_of_batch.begin(), design.campaign_of_batch.end()));
  std::vector<std::string> compounds;
  for (const auto& entry : list.entries) {
    const auto id = index_in(compounds, entry.compound), m = index_in(classes, entry.mechanism);
    const auto campaign = static_cast<std::uint64_t>(design.campaign_of(entry.batches.front()));
    const auto direction = own_direction(settings.seed, id, m * campaigns + campaign,  // together: related
                                         mechanisms[m], settings.effect, channels);
    Treatment treatment;
    treatment.compound = entry.compound;
    treatment.mechanism = entry.mechanism;
    treatment.concentration = entry.concentration;
    treatment.batches = entry.batches;
    treatment.wells_per_batch = entry.wells;
    treatment.effect = effect_at_dose(direction, entry.strength, potency(settings.seed, id), settings.effect,
                                      settings.effect_scale());
    treatment.effect.response_fraction *= settings.effect.response_of(m);
    if (list.kind == DesignKind::strains) {
      treatment.effect.shift = {};  // a tag changes nothing but where there is light
      treatment.effect.compartments = parse_compartments(entry.mechanism);
    }
    design.treatments.push_back(treatment);
  }
  if (list.kind == DesignKind::compounds && settings.design.positive_controls_per_plate > 0)
    add_reference(design, mechanisms.front(), settings);
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
  const auto list = d.is_file() ? read_design(d.kind, d.batches) : grid_design(d);
  Design design;
  design.kind = list.kind;
  design.batches = d.batches;
  design.plates_per_batch = d.plates_per_batch;
  design.campaign_of_batch = find_campaigns(list, d.batches);
  design.plate_rows = d.wells_per_plate == 96 ? 8 : 16;
  design.plate_columns = d.wells_per_plate == 96 ? 12 : 24;
  Treatment control;
  static const char* const names[] = {"DMSO", "EMPTY", "untagged"};
  control.compound = control.mechanism = names[static_cast<int>(design.kind)];
  control.role = Role::negative_control;
  design.treatments.push_back(control);
  add_treatments(design, list, settings);
  lay_out(design, d, settings.seed);
  return design;
}

}  // namespace cytoscale::simulate
