// The designs of the two studies, config/study_*.csv: the proportions of Caicedo et al. 2018 (§5), which are
// those of BBBC021 (38 compounds, 103 treatments, 12 mechanisms, 10 weeks) and of its 26 lung-cancer alleles.
// Also what a list refuses.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "simulate/design/design.hpp"
#include "simulate/design/design_list.hpp"
#include "simulate/truth_tables.hpp"
#include "small_settings.hpp"
#include "test_support.hpp"

namespace cytoscale::simulate {
namespace {

std::string config_file(const std::string& name) {
  return (std::filesystem::path(std::getenv("CYTOSCALE_SOURCE_DIR")) / "config" / name).string();
}

Design study(const std::string& file, int batches, int plates, bool fixed = false) {
  SimulateSettings settings;
  settings.design.kind = config_file(file);
  settings.design.batches = batches;
  settings.design.plates_per_batch = plates;
  settings.design.controls_per_plate = 4;
  settings.design.fixed_layout = fixed;
  return make_design(settings);
}

// Sets of values by key, over the treatments.
using Sets = std::map<std::string, std::set<std::string>>;

TEST(Studies, TheChemicalScreenHasTheProportionsOfBbbc021) {
  const Design design = study("study_chemical.csv", 10, 6);
  Sets compounds_of_moa, doses_of_compound, batches_of_moa, batches_of_compound;
  std::set<std::size_t> used;
  std::set<int> batches, wells_per_treatment;
  std::map<std::size_t, std::set<int>> plates;
  for (const auto& well : design.wells) {
    const auto& t = design.treatments[well.treatment];
    batches.insert(well.batch);
    if (t.role != Role::treatment) continue;
    used.insert(well.treatment);
    EXPECT_TRUE(plates[well.treatment].insert(well.plate).second) << "two replicates on one plate";
    compounds_of_moa[t.mechanism].insert(t.compound);
    doses_of_compound[t.compound].insert(std::to_string(t.concentration));
    batches_of_moa[t.mechanism].insert(design.batch_name(well.batch));
    batches_of_compound[t.compound].insert(design.batch_name(well.batch));
  }
  EXPECT_EQ(used.size(), 103u);
  EXPECT_EQ(doses_of_compound.size(), 38u);
  EXPECT_EQ(compounds_of_moa.size(), 12u);
  EXPECT_EQ(batches.size(), 10u);
  for (const auto& [t, on] : plates) EXPECT_EQ(on.size(), 6u);
  std::size_t fewest = 99, most = 0;
  for (const auto& [compound, doses] : doses_of_compound) {
    fewest = std::min(fewest, doses.size());
    most = std::max(most, doses.size());
    EXPECT_EQ(batches_of_compound[compound].size(), 1u) << compound;  // as in BBBC021
  }
  EXPECT_EQ(fewest, 1u);
  EXPECT_EQ(most, 7u);
  std::set<std::string> single;
  for (const auto& [moa, in] : batches_of_moa)
    if (in.size() == 1) single.insert(moa);
  EXPECT_EQ(single, (std::set<std::string>{"Cholesterol-lowering", "Kinase inhibitors"}));
  for (int b = 1; b < 10; ++b) EXPECT_EQ(design.campaign_of(b), b);  // no batch is like another
}

TEST(Studies, TheGeneScreenHas26AllelesInEightReplicates) {
  const Design design = study("study_genes.csv", 4, 2, true);
  Sets alleles;
  std::map<std::size_t, std::set<int>> plates, numbers;
  std::map<std::size_t, std::set<std::pair<int, int>>> places;
  for (const auto& well : design.wells) {
    const auto& t = design.treatments[well.treatment];
    if (t.role != Role::treatment) continue;
    alleles[t.mechanism].insert(t.compound);
    plates[well.treatment].insert(well.plate);
    numbers[well.treatment].insert(well.replicate);
    places[well.treatment].emplace(well.row, well.column);
  }
  EXPECT_EQ(alleles.size(), 9u);
  EXPECT_EQ(plates.size(), 26u);
  for (const auto& [gene, of] : alleles) EXPECT_TRUE(of.size() >= 2 && of.size() <= 4) << gene;
  for (const auto& [t, on] : plates) {
    EXPECT_EQ(on.size(), 8u);
    EXPECT_EQ(numbers[t], (std::set<int>{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(places[t].size(), 1u) << "the plates of a fixed layout are alike";
  }
  for (int b = 0; b < 4; ++b) EXPECT_EQ(design.campaign_of(b), 0);
}

TEST(Studies, ListAndGridMakeTheSameScreen) {
  auto settings = small_settings();
  settings.design.single_group_moas = 0;
  const Design grid = make_design(settings);
  std::string text = "Metadata_Compound,Metadata_Concentration,Metadata_MOA,Strength,Batches,Wells\n";
  for (const auto& entry : grid_design(settings.design).entries) {
    char line[200];
    std::snprintf(line, sizeof line, "%s,%.17g,%s,%.17g,%d-%d,\n", entry.compound.c_str(),
                  entry.concentration, entry.mechanism.c_str(), entry.strength, entry.batches.front() + 1,
                  entry.batches.back() + 1);
    text += line;
  }
  const auto file = fresh_folder("list") / "design.csv";
  write_file_atomically(file, text);
  settings.design.kind = file.string();
  const Design list = make_design(settings);
  EXPECT_TRUE(make_manifest(grid, settings).rows == make_manifest(list, settings).rows);
  for (std::size_t t = 0; t < grid.treatments.size(); ++t)
    EXPECT_EQ(grid.treatments[t].effect.shift, list.treatments.at(t).effect.shift) << t;
}

TEST(Studies, AWrongListIsRefusedWithItsLine) {
  const auto folder = fresh_folder("wrong");
  const auto refused = [&](const std::string& lines, const std::string& word) {
    const auto file = folder / "design.csv";
    write_file_atomically(file, lines);
    try {
      read_design(file, 4);
      ADD_FAILURE() << "accepted: " << lines;
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find("design.csv"), std::string::npos) << message;
      EXPECT_NE(message.find(word), std::string::npos) << message;
    }
  };
  const std::string genes = "Metadata_Gene,Metadata_Allele,Strength,Batches,Wells\nG1,A,1,1,1\n";
  const std::string compounds = "Metadata_Compound,Metadata_Concentration,Metadata_MOA\nx,1,M\n";
  refused(genes + "G1,B,1,5,1\n", "line 3");
  refused(genes + "G1,B,1,2-1,1\n", "Batches");
  refused(genes + "G1,B,1,one,1\n", "Batches");
  refused(genes + "G1,B,1,1e300,1\n", "Batches");
  refused(genes + "G1,B,1,nan,1\n", "Batches");
  refused(genes + "G1,B,2,1,1\n", "Strength");
  refused(genes + "G1,B,1,1,0\n", "Wells");
  refused(genes + "G2,A,1,1,1\n", "twice");
  refused(genes + ",B,1,1,1\n", "Metadata_Gene");
  refused(genes, "two");
  refused(compounds + "x,2,N\n", "two classes");
  refused(compounds + "y,much,M\n", "Metadata_Concentration");
  refused("Metadata_Compound,Metadata_MOA\nx,M\n", "Metadata_Concentration");
  refused("Metadata_Gene,Metadata_Allele,Batch\nG1,A,1\n", "Batch");
}

}  // namespace
}  // namespace cytoscale::simulate
