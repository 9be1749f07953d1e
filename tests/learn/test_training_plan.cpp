#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "learn/data/sampler.hpp"
#include "small_screen.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

TrainingPlan plan_of(const SmallScreen& small, const SplitOptions& options = {}, std::uint64_t seed = 1) {
  return small_plan(small, options, seed);
}

TEST(TrainingPlan, FieldsAreExamplesOfTheirOwn) {
  TrainOptions options;
  options.examples = Examples::fields;
  options.crop_px = 0;
  const auto small = over_fields(describe_small_screen("x"));
  auto plan = plan_training(small.screen, small.cells, small.roles, options);
  EXPECT_EQ(plan.cells(false), 8);
  EXPECT_EQ(plan.field_sizes.size(), 12u);
  EXPECT_EQ(crop_size_of(plan, options), image::PictureSize(160));
  options.crop_px = 100;
  EXPECT_EQ(crop_size_of(plan, options), image::PictureSize(100));
  options.crop_px = 161;
  EXPECT_NE(message_of([&] { crop_size_of(plan, options); }).find("--crop-size"), std::string::npos);
  options.crop_px = 0;
  plan.field_sizes[3] = {160, 150};
  EXPECT_NE(message_of([&] { crop_size_of(plan, options); }).find("160 × 150 px"), std::string::npos);
  plan.field_sizes.assign(12, {20, 30});
  options.architecture = "mil_cnn";
  EXPECT_NE(message_of([&] { crop_size_of(plan, options); }).find("mil_cnn takes pictures of at least"),
            std::string::npos);
}

TEST(TrainingPlan, APictureMayHaveSeveralLabels) {
  auto small = over_fields(describe_small_screen("x"));
  small.screen.fields.change([](FieldId, screen::Field& field) {
    if (field.metadata[3] == "drug3") field.metadata[3] = "drug2|nucleus|drug1";
  });
  TrainOptions options;
  options.examples = Examples::fields;
  EXPECT_EQ(plan_training(small.screen, small.cells, small.roles, options).labels.size(), 4u);
  options.several_labels = true;
  const auto plan = plan_training(small.screen, small.cells, small.roles, options);
  EXPECT_EQ(plan.labels, (std::vector<std::string>{"DMSO", "drug1", "drug2", "nucleus"}));
  std::set<std::vector<LabelId>> sets;
  for (const auto& well : plan.wells) sets.insert(well.labels);
  EXPECT_EQ(sets, (std::set<std::vector<LabelId>>{
                      {LabelId(0)}, {LabelId(1)}, {LabelId(2)}, {LabelId(1), LabelId(2), LabelId(3)}}));
  const CellSampler sampler(plan, 1, false);
  std::map<int, int> drawn;
  for (int i = 0; i < 400; ++i) {  // each label as often as the others, with all that its field has
    const auto draw = sampler.draw(0, i);
    ++drawn[draw.label];
    std::vector<float> target(4);
    sampler.add_target(draw, 1, target);
    for (int label = 0; label < 4; ++label) {
      const auto& own = plan.wells[draw.well].labels;
      EXPECT_EQ(target[static_cast<std::size_t>(label)], std::count(own.begin(), own.end(), label));
    }
  }
  for (const auto& [label, count] : drawn) EXPECT_NEAR(count, 100, 40) << label;
  if (!world().root()) return;  // one file for all ranks
  write_training_wells("several_wells.csv", plan);
  EXPECT_NE(read_file("several_wells.csv").find("drug1|drug2|nucleus"), std::string::npos);
}

TEST(TrainingPlan, HoldsOutWholeWellsOfEachTreatment) {
  const auto plan = plan_of(describe_small_screen("x"));
  EXPECT_EQ(plan.labels, (std::vector<std::string>{"DMSO", "drug1", "drug2", "drug3"}));
  ASSERT_EQ(plan.wells.size(), 12u);
  std::map<int, int> held_out;
  for (const auto& well : plan.wells) {
    EXPECT_EQ(well.cells.size(), 16u);
    if (well.validation) ++held_out[well.labels.front()];
  }
  EXPECT_EQ(held_out, (std::map<int, int>{{0, 1}, {1, 1}, {2, 1}, {3, 1}}));
  EXPECT_EQ(plan.cells(false), 8 * 16);
  EXPECT_EQ(plan.cells(true), 4 * 16);
  EXPECT_EQ(plan.fields().size(), 12u);
}

TEST(TrainingPlan, TheSeedChoosesTheWells) {
  const auto small = describe_small_screen("x");
  EXPECT_EQ(plan_of(small, {}, 1).fingerprint(), plan_of(small, {}, 1).fingerprint());
  std::set<std::string> prints;
  for (std::uint64_t seed = 0; seed < 8; ++seed) prints.insert(plan_of(small, {}, seed).fingerprint());
  EXPECT_GT(prints.size(), 3u);
}

TEST(TrainingPlan, HoldsOutByColumn) {
  SplitOptions options;
  options.validation_column = "Metadata_Replicate";
  options.validation_values = {"2"};
  for (const auto& well : plan_of(describe_small_screen("x"), options).wells)
    EXPECT_EQ(well.validation, well.plate == "P2");
}

TEST(TrainingPlan, ATreatmentWithOneWellIsAnErrorUnlessSomethingIsSaid) {
  auto small = describe_small_screen("x");
  small.screen.fields.change([](FieldId, screen::Field& field) {
    if (field.plate != "P1" && field.well == "A02") field.metadata[3] = "drug3";
  });
  try {
    plan_of(small);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("drug1"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("--single-wells"), std::string::npos);
  }
  SplitOptions options;
  options.single_wells = SingleWells::train;
  const auto plan = plan_of(small, options);
  for (const auto& well : plan.wells)
    if (plan.labels[static_cast<std::size_t>(well.labels.front())] == "drug1") {
      EXPECT_FALSE(well.validation);
    }
  ASSERT_EQ(plan.remarks.size(), 1u);
  EXPECT_NE(plan.remarks[0].find("drug1"), std::string::npos);
  options.single_wells = SingleWells::drop;
  EXPECT_EQ(plan_of(small, options).labels, (std::vector<std::string>{"DMSO", "drug2", "drug3"}));
  options = {};
  options.validation_fraction = 0;  // nothing is held out
  EXPECT_EQ(plan_of(small, options).labels.size(), 4u);
}

TEST(TrainingPlan, TestTreatmentsAreNoLabels) {
  SplitOptions options;
  options.test_treatments = {"drug2"};
  const auto plan = plan_of(describe_small_screen("x"), options);
  EXPECT_EQ(plan.labels, (std::vector<std::string>{"DMSO", "drug1", "drug3"}));
  EXPECT_EQ(plan.wells.size(), 9u);
  EXPECT_EQ(plan.cells(true), 3 * 16);
  options.test_treatments = {"drug7"};
  EXPECT_THROW(plan_of(describe_small_screen("x"), options), Error);
  options.test_treatments.clear();
  options.test_fraction = 0.5;
  std::set<std::vector<std::string>> chosen;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto drawn = plan_of(describe_small_screen("x"), options, seed).labels;
    EXPECT_EQ(drawn.size(), 2u);
    chosen.insert(drawn);
  }
  EXPECT_GT(chosen.size(), 2u);
}

TEST(TrainingPlan, HoldsOutWholePlatesAndBatches) {
  auto small = describe_small_screen("x");  // a plate is a replicate of everything
  SplitOptions options;
  options.hold_out = HoldOut::plate;
  options.validation_fraction = 0.5;
  auto plan = plan_of(small, options);
  std::map<std::string, std::set<bool>> roles;
  for (const auto& well : plan.wells) roles[well.plate].insert(well.validation);
  int held_out = 0;
  for (const auto& [plate, role] : roles) {
    EXPECT_EQ(role.size(), 1u);
    held_out += role.contains(true);
  }
  EXPECT_EQ(held_out, 2);  // of three, rounded
  options.hold_out = HoldOut::batch;
  EXPECT_THROW(plan_of(small, options), Error);  // no batches are known
  small.roles.batch_from_plate = "[0-9]";
  plan = plan_of(small, options);
  EXPECT_EQ(plan.batches, (std::vector<std::string>{"1", "2", "3"}));
  for (const auto& well : plan.wells)
    EXPECT_EQ("P" + plan.batches[static_cast<std::size_t>(well.batch)], well.plate);
  // All of drug1 on one plate: that plate trains.
  small.screen.fields.change([](FieldId, screen::Field& field) {
    if (field.plate != "P1" && field.well == "A02") field.metadata[3] = "drug3";
  });
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    for (const auto& well : plan_of(small, options, seed).wells)
      EXPECT_FALSE(well.plate == "P1" && well.validation);
  // Every treatment on one plate.
  small.screen.fields.change([](FieldId, screen::Field& field) { field.metadata[3] += field.plate; });
  EXPECT_THROW(plan_of(small, options), Error);
}

TEST(TrainingPlan, SelectionControlsAndLimits) {
  const auto small = describe_small_screen("x");
  SplitOptions options;
  options.exclude_controls = true;
  EXPECT_EQ(plan_of(small, options).labels, (std::vector<std::string>{"drug1", "drug2", "drug3"}));
  options = {};
  options.select = "Metadata_Replicate=1";
  options.validation_fraction = 0;
  EXPECT_EQ(plan_of(small, options).wells.size(), 4u);
  options = {};
  options.max_cells_per_well = 5;
  for (const auto& well : plan_of(small, options).wells) EXPECT_EQ(well.cells.size(), 5u);
}

TEST(TrainingPlan, FailedFieldsAndEmptyLabelsAreLeftOut) {
  auto small = describe_small_screen("x");
  small.cells.failed.own()[0] = 1;
  small.screen.fields.change([](FieldId f, screen::Field& field) {
    if (f == 1) field.metadata[3] = "";
  });
  EXPECT_EQ(plan_of(small).wells.size(), 10u);
}

TEST(TrainingPlan, DroppedFieldsTakeTheirCellsAlong) {
  auto plan = plan_of(describe_small_screen("x"));
  plan.drop_fields({FieldId(0)});
  EXPECT_EQ(plan.wells.size(), 11u);
  EXPECT_THROW(plan.drop_fields({FieldId(1), FieldId(5), FieldId(9)}), Error);  // all of drug1
}

TEST(TrainingPlan, BadRequestsAreRefused) {
  const auto small = describe_small_screen("x");
  const auto refused = [&](auto change) {
    SplitOptions options;
    change(options);
    EXPECT_THROW(plan_of(small, options), Error);
  };
  refused([](auto& o) { o.select = "Metadata_Absent=1"; });
  refused([](auto& o) { o.select = "nonsense"; });
  refused([](auto& o) { o.select = "Metadata_Compound=drug1"; });  // one label
  refused([](auto& o) { o.select = "Metadata_Compound=none"; });
  refused([](auto& o) { o.validation_column = "Metadata_Replicate"; });
  refused([](auto& o) { o.validation_column = "Metadata_Absent", o.validation_values = {"1"}; });
  refused([](auto& o) { o.validation_fraction = 1; });
  refused([](auto& o) { o.max_cells_per_well = -1; });
  auto two = describe_small_screen("x");
  screen::Field extra = two.screen.fields[0];
  extra.site = extra.metadata[2] = "2";
  extra.metadata[3] = "drug2";
  two.screen.fields.push_back(extra);
  screen::order_fields(two.screen);
  two.cells.failed.push_back(0);
  const auto last = two.cells.first_cell.back();
  two.cells.first_cell.push_back(last);
  EXPECT_THROW(plan_of(two), Error);
}

TEST(TrainingPlan, WritesWhichWellsTrained) {
  const auto plan = plan_of(describe_small_screen("x"));
  const auto path = fresh_folder("training_wells") / "training_wells.csv";
  if (!world().root()) return;
  write_training_wells(path, plan);
  const auto table = read_csv(path);
  ASSERT_EQ(table.rows.size(), 12u);
  int held_out = 0;
  for (const auto& row : table.rows) held_out += row[table.column("role")] == "validation";
  EXPECT_EQ(held_out, 4);
}

}  // namespace
}  // namespace cytoscale::learn
