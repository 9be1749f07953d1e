#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "simulate/design/design.hpp"
#include "simulate/truth_tables.hpp"
#include "small_settings.hpp"

namespace cytoscale::simulate {
namespace {

std::map<std::size_t, std::set<int>> batches_by_treatment(const Design& design) {
  std::map<std::size_t, std::set<int>> batches;
  for (const auto& well : design.wells) batches[well.treatment].insert(well.batch);
  return batches;
}

TEST(Design, EveryCompoundHasItsReplicatesAndDoses) {
  const SimulateSettings settings;  // the defaults
  const Design design = make_design(settings);
  std::map<std::string, std::set<std::string>> compounds;
  std::map<std::string, std::set<double>> doses;
  for (const auto& treatment : design.treatments) {
    if (treatment.role != Role::treatment) continue;
    compounds[treatment.mechanism].insert(treatment.compound);
    doses[treatment.compound].insert(treatment.concentration);
  }
  EXPECT_EQ(compounds.size(), 12u);
  for (const auto& [moa, names] : compounds) EXPECT_EQ(names.size(), 4u) << moa;
  for (const auto& [compound, values] : doses) EXPECT_EQ(values, (std::set<double>{1, 3, 10})) << compound;
  std::map<std::size_t, int> wells;
  for (const auto& well : design.wells) ++wells[well.treatment];
  for (const auto& [treatment, batches] : batches_by_treatment(design)) {
    if (treatment == 0) continue;
    EXPECT_EQ(batches.size(), 3u);
    EXPECT_EQ(wells[treatment], 3);
  }
  EXPECT_EQ(wells.size(), design.treatments.size());
}

TEST(Design, ControlsAreOnEveryPlateAndNoWellTwice) {
  auto settings = small_settings();
  settings.design.plates_per_batch = 2;
  settings.design.positive_controls_per_plate = 2;
  const Design design = make_design(settings);
  std::map<int, int> negative, positive;
  std::set<std::tuple<int, int, int>> places;
  for (const auto& well : design.wells) {
    negative[well.plate] += well.treatment == 0;
    positive[well.plate] += design.treatments[well.treatment].role == Role::positive_control;
    EXPECT_TRUE(places.emplace(well.plate, well.row, well.column).second);
    EXPECT_LT(well.row, 8);
    EXPECT_LT(well.column, 12);
  }
  EXPECT_EQ(negative.size(), 8u);
  for (const auto& [plate, count] : negative) EXPECT_EQ(count, 3) << plate;
  for (const auto& [plate, count] : positive) EXPECT_EQ(count, 2) << plate;
}

TEST(Design, MechanismsCrossDisjointGroupsOfBatches) {
  auto settings = small_settings();
  settings.design.moas = 5;
  settings.design.single_group_moas = 2;
  const Design design = make_design(settings);
  std::map<std::string, std::set<std::set<int>>> groups;
  for (const auto& [treatment, batches] : batches_by_treatment(design))
    if (treatment != 0) groups[design.treatments[treatment].mechanism].insert(batches);
  int crossing = 0;
  for (const auto& [moa, sets] : groups) {
    crossing += sets.size() == 2;
    if (sets.size() < 2) continue;
    std::vector<int> shared;
    std::set_intersection(sets.begin()->begin(), sets.begin()->end(), sets.rbegin()->begin(),
                          sets.rbegin()->end(), std::back_inserter(shared));
    EXPECT_TRUE(shared.empty()) << moa;
  }
  EXPECT_EQ(crossing, 3);
}

TEST(Design, FixedLayoutRepeatsPositionsWithinAGroup) {
  auto settings = small_settings();
  const auto position_sets = [&](bool fixed) {
    settings.design.fixed_layout = fixed;
    const Design design = make_design(settings);
    std::map<std::size_t, std::set<std::pair<int, int>>> places;
    for (const auto& well : design.wells)
      if (well.treatment != 0) places[well.treatment].emplace(well.row, well.column);
    std::size_t most = 0;
    for (const auto& [treatment, set] : places) most = std::max(most, set.size());
    return most;
  };
  EXPECT_EQ(position_sets(true), 1u);
  EXPECT_EQ(position_sets(false), 2u);
}

TEST(Design, WellsAndManifestAreInGlobalOrder) {
  auto settings = small_settings();
  settings.design.batches = 12;  // batch10 comes after batch9
  const Table manifest = make_manifest(make_design(settings), settings);
  const auto plate = manifest.column("Metadata_Plate"), well = manifest.column("Metadata_Well");
  for (std::size_t i = 1; i < manifest.rows.size(); ++i) {
    const auto &a = manifest.rows[i - 1], &b = manifest.rows[i];
    EXPECT_TRUE(natural_less(a[plate], b[plate]) || (a[plate] == b[plate] && natural_less(a[well], b[well])))
        << a[plate] << a[well] << " " << b[plate] << b[well];
  }
}

TEST(Design, ManifestNamesColumnsAsTheFieldDoes) {
  const auto settings = small_settings();
  const Table manifest = make_manifest(make_design(settings), settings);
  const std::vector<std::string> columns = {
      "Metadata_Plate",     "Metadata_Well",     "Metadata_Site",          "Metadata_Batch",
      "Metadata_Replicate", "Metadata_Compound", "Metadata_Concentration", "Metadata_Control",
      "Metadata_MOA",       "FileName_DNA",      "FileName_Tubulin",       "FileName_Actin",
      "PathName_DNA",       "PathName_Tubulin",  "PathName_Actin"};
  EXPECT_EQ(manifest.columns, columns);
  std::set<std::string> roles, moas;
  for (const auto& row : manifest.rows) {
    roles.insert(row[7]);
    if (row[7] == "negcon") {
      EXPECT_EQ(row[5], "DMSO");
      EXPECT_EQ(row[6], "0");
      EXPECT_EQ(row[8], "DMSO");
    }
  }
  EXPECT_EQ(roles, (std::set<std::string>{"negcon", "trt"}));
}

TEST(Design, GenesHaveAllelesInEveryBatch) {
  auto settings = small_settings();
  settings.design.kind = "genes";
  settings.design.genes = 5;
  settings.design.alleles_per_gene = 3;
  settings.design.batches = 3;
  const Design design = make_design(settings);
  std::map<std::string, std::set<std::string>> alleles;
  for (const auto& treatment : design.treatments)
    if (treatment.role == Role::treatment) alleles[treatment.mechanism].insert(treatment.compound);
  EXPECT_EQ(alleles.size(), 5u);
  for (const auto& [gene, names] : alleles) EXPECT_EQ(names.size(), 3u) << gene;
  for (const auto& [treatment, batches] : batches_by_treatment(design)) EXPECT_EQ(batches.size(), 3u);
  const Table manifest = make_manifest(design, settings);
  EXPECT_TRUE(manifest.find("Metadata_Gene") && manifest.find("Metadata_Allele"));
  EXPECT_FALSE(manifest.find("Metadata_MOA"));
}

TEST(Design, APlateThatCannotHoldItsShareIsAnError) {
  SimulateSettings settings;
  settings.design.plates_per_batch = 1;
  settings.design.moas = 24;
  EXPECT_THROW(make_design(settings), Error);
}

}  // namespace
}  // namespace cytoscale::simulate
