#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "painted_screen.hpp"
#include "preflight/stage_plan.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::preflight {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double field_pixels = 2 * side_px * side_px;  // of both channels

struct Planned {
  explicit Planned(const std::string& name, int ranks = 2)
      : screen(screen_in(painted_screen(name))),
        headers(read_headers(std::make_shared<const screen::Screen>(screen), 1)),
        plan(plan_ranks(screen, headers, {10, 20, 30, 40}, ranks)) {}
  screen::Screen screen;
  ScreenHeaders headers;
  RankPlan plan;
};

std::vector<std::string> names_of(const std::vector<StagePlan>& stages) {
  std::vector<std::string> names;
  for (const auto& stage : stages) names.push_back(stage.stage);
  return names;
}

TEST(RankPlan, SharesAddUpToTheScreen) {
  for (int ranks : {1, 2, 3, 9}) {
    const Planned made("shares", ranks);
    const auto& plan = made.plan;
    ASSERT_EQ(plan.ranks.size(), static_cast<std::size_t>(ranks));
    Load sum = plan.tail;
    for (const auto& rank : plan.ranks) {
      sum.fields += rank.fields;
      sum.cells += rank.cells;
      sum.bytes += rank.bytes;
    }
    EXPECT_EQ(sum.fields, 4u);
    EXPECT_EQ(sum.cells, 100);
    EXPECT_EQ(sum.bytes, plan.all.bytes);
    EXPECT_EQ(plan.all.plates, 2u);
    EXPECT_EQ(plan.wells, 4u);
  }
}

TEST(RankPlan, TextHasALineForTheScreenAndForEachRank) {
  const auto text = text_of(Planned("text").plan);
  EXPECT_THAT(text, HasSubstr("screen: 2 plates, 4 wells, 4 fields, channels DNA, RNA\nplan for 2 ranks:\n"));
  EXPECT_THAT(text, HasSubstr("\n  rank 0      1 plates, "));
  EXPECT_THAT(text, HasSubstr("\n  rank 1      1 plates, "));
  EXPECT_THAT(text_of(Planned("text1", 1).plan), HasSubstr("plan for 1 rank:\n"));
}

TEST(RankPlan, CellsAreCountedWhereTheyAreKnown) {
  const auto screen = screen_in(painted_screen("cells"));
  const auto folder = fresh_folder("cells_out");
  const auto expected = cells_per_field(screen, folder, 7);
  EXPECT_FALSE(expected.known);
  EXPECT_THAT(expected.cells, ElementsAre(7, 7, 7, 7));
  std::vector<store::FieldCells> fields(4);
  for (FieldId f; f < 4; ++f) {
    fields[f].field = f;
    fields[f].height = fields[f].width = side_px;
    auto& found = fields[f];
    for (auto* column : {&found.y, &found.x, &found.area_px, &found.mean_intensity, &found.eccentricity})
      column->resize(f, 1.0f);
    found.border.resize(f);
  }
  store::write_cell_table(world(), folder / "cells.h5", screen, fields, nlohmann::json::object());
  const auto counted = cells_per_field(screen, folder, 7);
  EXPECT_TRUE(counted.known);
  EXPECT_THAT(counted.cells, ElementsAre(0, 1, 2, 3));
  auto other = screen;
  other.fields.change([](FieldId f, screen::Field& field) {
    if (f == 0) field.site = "9";
  });
  EXPECT_FALSE(cells_per_field(other, folder, 7).known) << "of another screen";
}

TEST(StagePlan, StagesAreThoseOfTheChain) {
  const Planned made("stages");
  EXPECT_THAT(names_of(plan_stages(made.plan, made.headers, {})),
              ElementsAre("illuminate", "segment", "train", "embed", "reduce", "evaluate", "report"));
  EXPECT_THAT(names_of(plan_stages(made.plan, made.headers, {.crop_store = true, .compare_untrained = true})),
              ElementsAre("illuminate", "segment", "crop", "train", "embed", "reduce", "embed-untrained",
                          "reduce-untrained", "evaluate", "report"));
  EXPECT_THAT(names_of(plan_stages(made.plan, made.headers, {.trains = false, .crop_store = true})),
              ElementsAre("illuminate", "segment", "embed", "reduce", "evaluate", "report"));
}

TEST(StagePlan, ChainFollowsFromTheOptionsOfRun) {
  std::map<std::string, std::string> values = {
      {"model", ""},         {"crop-store", "true"},         {"compare-untrained", "false"},
      {"queue-memory", "2"}, {"reduce-normalize", "whiten"}, {"reduce-batch-correction", "none"}};
  const auto value = [&](const std::string& key) { return values.at(key); };
  auto chain = chain_of(value);
  EXPECT_TRUE(chain.trains);
  EXPECT_TRUE(chain.crop_store);
  EXPECT_FALSE(chain.compare_untrained);
  EXPECT_EQ(chain.queue_bytes, 2 * 1048576);
  EXPECT_TRUE(chain.needs_controls);
  values["reduce-normalize"] = "none";
  EXPECT_FALSE(chain_of(value).needs_controls);
  values["reduce-batch-correction"] = "coral";
  EXPECT_TRUE(chain_of(value).needs_controls);
  values["model"] = "other/model";
  EXPECT_FALSE(chain_of(value).trains);
}

TEST(StagePlan, TrainingHoldsAllFieldsIn16BitsAndPassesNoMoreThanTheirQueue) {
  const Planned made("memory");
  std::map<std::string, StagePlan> by_name;
  for (const auto& stage : plan_stages(made.plan, made.headers, {.queue_bytes = 100000}))
    by_name[stage.stage] = stage;
  EXPECT_EQ(by_name["train"].held_bytes, 4 * field_pixels * 2);
  EXPECT_EQ(by_name["embed"].held_bytes, 4 * field_pixels * 4) << "all fields take less than the queue";
  EXPECT_FALSE(by_name["reduce"].held_bytes);
  EXPECT_EQ(by_name["segment"].read_bytes, made.plan.all.bytes);
  EXPECT_EQ(by_name["embed"].count, 100);
  EXPECT_EQ(by_name["evaluate"].count, 4);
  EXPECT_EQ(plan_stages(made.plan, made.headers, {.queue_bytes = 1000}).front().held_bytes, 1000);
}

TEST(StagePlan, JsonHoldsScreenRanksAndStages) {
  const Planned made("json");
  const auto json = json_of(made.plan, plan_stages(made.plan, made.headers, {}));
  EXPECT_EQ(json["screen"]["fields"], 4);
  EXPECT_EQ(json["screen"]["channels"], (std::vector<std::string>{"DNA", "RNA"}));
  EXPECT_EQ(json["ranks"].size(), 2u);
  EXPECT_EQ(json["shared_tail"]["fields"], made.plan.tail.fields);
  EXPECT_EQ(json["stages"][2]["stage"], "train");
  EXPECT_EQ(json["stages"][2]["held_bytes_per_rank"], 4 * field_pixels * 2);
  EXPECT_TRUE(json["stages"].back()["held_bytes_per_rank"].is_null());
}

}  // namespace
}  // namespace cytoscale::preflight
