// Proteins tagged in compartments, shares of cells that respond class by class, and whose pixels are whose.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/system/clock.hpp"
#include "core/table/csv.hpp"
#include "image/io/read_image.hpp"
#include "mpi/communicator.hpp"
#include "simulate/simulate_screen.hpp"
#include "small_settings.hpp"
#include "test_support.hpp"

namespace cytoscale::simulate {
namespace {

SimulateSettings strain_settings() {
  auto settings = small_settings();
  settings.design.kind = "strains";
  settings.design.compartments = 8;
  settings.design.strains = 1;
  settings.design.batches = 1;
  settings.imaging.channels = {"DNA", "GFP"};
  settings.imaging.field_px = 256;
  settings.imaging.nucleus_radius_px = 9;
  settings.imaging.cells_per_field = 20;
  settings.difficulty = 0;
  settings.effect.response_fraction = {1};
  return settings;
}

// Pearson's over the pixels of cells, of both channels.
double correlation(const SimulatedField& field) {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < field.owner.size(); ++i) {
    if (field.owner[i] < 0) continue;
    const double a = field.pictures[0][i], b = field.pictures[1][i];
    n += 1, x += a, y += b, xx += a * a, yy += b * b, xy += a * b;
  }
  return (xy / n - x / n * y / n) / std::sqrt((xx / n - x * x / n / n) * (yy / n - y * y / n / n));
}

TEST(Strains, EachCompartmentAloneAndWithTheNext) {
  const auto design = make_design(strain_settings());
  std::set<std::string> places;
  for (const auto& treatment : design.treatments)
    if (treatment.role == Role::treatment) places.insert(treatment.mechanism);
  EXPECT_EQ(places.size(), 16u);
  EXPECT_TRUE(places.contains("ER|Golgi"));
  EXPECT_TRUE(places.contains("microtubules|nucleus"));
  EXPECT_EQ(design.treatments[0].mechanism, "untagged");
}

TEST(Strains, LightIsWhereTheNameSays) {
  const auto settings = strain_settings();
  const auto design = make_design(settings);
  const NoiseTile noise(settings.seed);
  std::map<std::string, double> with_dna;
  for (const auto& well : design.wells)
    with_dna[design.treatments[well.treatment].mechanism] =
        correlation(simulate_field(settings, design, well, 1, noise));
  EXPECT_GT(with_dna["nucleus"], 0.7);
  EXPECT_LT(with_dna["cytoplasm"], -0.3);
  EXPECT_GT(with_dna["nucleus"], with_dna["nucleus|nucleolus"]);
  EXPECT_LT(with_dna["cell periphery"], with_dna["nucleus|nucleolus"]);
}

TEST(Strains, CellsThatDoNotRespondHaveItAllOver) {
  auto settings = strain_settings();
  settings.effect.response_fraction = {0};
  const auto design = make_design(settings);
  const NoiseTile noise(settings.seed);
  for (const auto& well : design.wells) {
    if (design.treatments[well.treatment].mechanism == "nucleus") {
      EXPECT_LT(correlation(simulate_field(settings, design, well, 1, noise)), 0.6);
    }
  }
}

TEST(Response, EachMechanismHasItsOwnShare) {
  auto settings = small_settings();
  settings.design.concentrations = 1;
  settings.imaging.cells_per_field = 18;
  settings.effect.response_fraction = {0.1, 1, 0.5};
  const auto design = make_design(settings);
  const NoiseTile noise(settings.seed);
  std::map<std::string, std::pair<double, double>> counts;
  for (const auto& well : design.wells)
    for (const auto& cell : simulate_field(settings, design, well, 1, noise).cells) {
      auto& [responded, all] = counts[design.treatments[well.treatment].mechanism];
      responded += cell.responded, all += 1;
    }
  const auto share = [&](const char* name) { return counts[name].first / counts[name].second; };
  EXPECT_NEAR(share("Actin disruptors"), 0.1, 0.06);
  EXPECT_EQ(share("Microtubule destabilizers"), 1);
  EXPECT_NEAR(share("Microtubule stabilizers"), 0.5, 0.1);
  EXPECT_EQ(share("DMSO"), 0);
  settings.effect.response_fraction = {};
  EXPECT_THROW(settings.validate(), Error);
}

TEST(Masks, TellWhosePixelsAreWhose) {
  auto settings = small_settings();
  settings.output = fresh_folder("masked");
  settings.masks = true;
  settings.design.batches = settings.design.replicates = 1;
  settings.design.away_compounds = settings.design.single_group_moas = 0;
  simulate_screen(settings, mpi::Communicator::self(), SteadyClock());
  const auto truth = read_csv(settings.output / "truth.csv");
  const auto at = [&](const char* column) { return truth.column(column); };
  std::size_t inside = 0;
  for (const auto& row : truth.rows) {
    const auto name = row[at("Metadata_Plate")] + "_" + row[at("Metadata_Well")] + "_s1.tif";
    const auto mask = image::to_float(image::read_raw({settings.output / "masks/cells" / name})),
               responding = image::to_float(image::read_raw({settings.output / "masks/responding" / name}));
    const int y = static_cast<int>(std::lround(std::stod(row[at("Nuclei_Location_Center_Y")]))),
              x = static_cast<int>(std::lround(std::stod(row[at("Nuclei_Location_Center_X")])));
    if (y >= mask.height || x >= mask.width) continue;
    const float object = std::stof(row[at("object")]);
    if (mask.at(y, x) != object) continue;  // a neighbor lies over it
    ++inside;
    EXPECT_EQ(responding.at(y, x), row[at("responded")] == "1" ? object : 0);
  }
  EXPECT_GT(static_cast<double>(inside), 0.97 * static_cast<double>(truth.rows.size()));
}

}  // namespace
}  // namespace cytoscale::simulate
