// Where files are, where they are not named; and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "settings/chain_settings.hpp"
#include "settings/encoding_settings.hpp"
#include "settings/evaluation_settings.hpp"
#include "settings/prepare_settings.hpp"
#include "settings/profile_settings.hpp"
#include "settings/report_settings.hpp"
#include "settings/screen_settings.hpp"
#include "settings/training_settings.hpp"
#include "test_support.hpp"

namespace cytoscale::settings {
namespace {

using testing::HasSubstr;

// Settings as a command line leaves them.
template <typename Settings>
std::unique_ptr<Settings> given(const std::map<std::string, std::string>& values) {
  auto settings = std::make_unique<Settings>();
  cli::OptionSet options;
  settings->declare(options);
  options.assign(values);
  settings->resolve();
  return settings;
}

TEST(Places, OfTrainingAreInTheOutput) {
  const auto folder = fresh_folder("places");
  const auto output = folder.string();
  auto train = given<TrainSettings>({{"manifest", "s.csv"}, {"output", output}});
  EXPECT_EQ(train->training.model, folder / "model");
  EXPECT_EQ(train->training.cells, folder / "cells.h5");
  EXPECT_EQ(train->store(), "") << "it is not there";
  EXPECT_EQ(train->at_hand(world()).pixels.illumination, "");
  write_file_atomically(folder / "crops.h5", "x");
  write_file_atomically(folder / "illumination.h5", "x");
  EXPECT_EQ(train->store(), folder / "crops.h5");
  EXPECT_EQ(train->at_hand(world()).pixels.crops, folder / "crops.h5");
  EXPECT_EQ(train->at_hand(world()).pixels.illumination, folder / "illumination.h5");
  train = given<TrainSettings>({{"manifest", "s.csv"}, {"output", output}, {"crops", "none"}});
  EXPECT_EQ(train->store(), "");
  train = given<TrainSettings>({{"manifest", "s.csv"}, {"output", output}, {"crops", "other.h5"}});
  EXPECT_EQ(train->store(), "other.h5") << "named: whether it is there is seen when it is read";
  train = given<TrainSettings>({{"manifest", "s.csv"}, {"output", output}, {"examples", "fields"}});
  EXPECT_EQ(train->store(), "") << "a store holds single cells";
}

TEST(Places, OfEncoding) {
  const auto folder = fresh_folder("places_encoding");
  std::filesystem::create_directory(folder / "model");
  const auto embed =
      given<EmbedSettings>({{"manifest", "s.csv"}, {"output", folder.string()}, {"model", "untrained"}});
  EXPECT_TRUE(embed->is_untrained());
  EXPECT_EQ(embed->weights(), "");
  EXPECT_EQ(embed->encoding.files.output, folder / "embeddings.h5ad");
  EXPECT_TRUE(embed->encoding.encoder.layers.empty())
      << "the usual one of the network, which may not be there yet";
  const auto own = given<EmbedSettings>({{"manifest", "s.csv"}, {"output", folder.string()}});
  EXPECT_THAT(message_of([&] { own->weights(); }), HasSubstr("model")) << "there are none yet";
  EXPECT_EQ(own->at_hand(world()).encoder.model, folder / "model") << "looked for once there are cells";
  EXPECT_THAT(message_of([] {
                given<PredictSettings>({{"manifest", "s.csv"}, {"model", "untrained"}});
              }),
              HasSubstr("--model"));
}

TEST(Places, AScreenIsNeeded) {
  EXPECT_THAT(message_of([] { given<TrainSettings>({}); }), HasSubstr("--manifest"));
  EXPECT_THAT(message_of([] { given<SegmentSettings>({}); }), HasSubstr("--manifest"));
}

TEST(Places, OfCrops) {
  const auto crops = given<CropSettings>({{"manifest", "s.csv"}, {"crop-size", "64"}});
  EXPECT_GE(crops->windows().window_px, 91) << "64 px turned by any angle";
  EXPECT_EQ(given<CropSettings>({{"manifest", "s.csv"}, {"crop-size", "64"}, {"store-size", "70"}})
                ->windows()
                .window_px,
            70);
  EXPECT_THAT(message_of([] {
                given<CropSettings>({{"manifest", "s.csv"}, {"crop-size", "64"}, {"store-size", "60"}});
              }),
              HasSubstr("--store-size"));
  EXPECT_THAT(message_of([] {
                given<CropSettings>({{"manifest", "s.csv"}, {"crops", "none"}});
              }),
              HasSubstr("--crops"));
}

TEST(Places, OfProfiles) {
  const auto reduce = given<ReduceSettings>({{"output", "out"}});
  EXPECT_EQ(reduce->files.embeddings, "out/embeddings.h5ad");
  EXPECT_EQ(reduce->files.treatments, "out/treatments.h5ad");
  const auto beside = given<ReduceSettings>({{"output", "out"}, {"profiles", "b/profiles.h5ad"}});
  EXPECT_EQ(beside->files.wells, "b/wells.h5ad");
  const auto refusal = [](const std::map<std::string, std::string>& values) {
    return message_of([&] { given<ReduceSettings>(values); });
  };
  EXPECT_THAT(refusal({}), HasSubstr("--output"));
  EXPECT_THAT(refusal({{"profiles-in", "a.csv"}}), HasSubstr("--output"));
  EXPECT_THAT(refusal({{"output", "out"}, {"profiles", "a.csv"}}), HasSubstr(".h5ad"));
  EXPECT_THAT(refusal({{"output", "o"}, {"wells", "o/profiles.h5ad"}}), HasSubstr("not three files"));
  EXPECT_THAT(refusal({{"profiles-in", "a.csv"}, {"profiles", "a.h5ad"}}), HasSubstr("overwritten"));
}

TEST(Places, OfReport) {
  const auto folder = fresh_folder("places_report");
  const auto report = given<ReportSettings>({{"output", folder.string()}});
  EXPECT_EQ(report->page, folder / "report.html");
  EXPECT_TRUE(report->required);
  EXPECT_TRUE(report->sources().empty());
  write_file_atomically(folder / "metrics.json", "{}");
  EXPECT_EQ(report->sources(), (cli::Paths{folder / "metrics.json"}));
  EXPECT_EQ(report->written(), (cli::Paths{folder / "report.html"}));
  write_file_atomically(folder / "cell_map.h5ad", "");
  EXPECT_EQ(report->written(), (cli::Paths{folder / "report.html", folder / "cell_map.h5ad"}));
  EXPECT_THAT(message_of([&] {
                given<ReportSettings>({{"output", "o"}, {"report-cells", "-1"}});
              }),
              HasSubstr("--report-cells"));
}

TEST(Places, OfEvaluation) {
  const auto evaluate = given<EvaluateSettings>({{"output", "out"}, {"sweep", "true"}});
  EXPECT_EQ(evaluate->profiles.profiles, std::vector<std::string>{"out/profiles.h5ad"});
  EXPECT_EQ(evaluate->written(), (cli::Paths{"out/metrics.json", "out/matches.csv", "out/per_class.csv",
                                             "out/retrieval.csv", "out/sweep.csv", "out/sweep.svg"}));
  const auto two = given<EvaluateSettings>({{"profiles", "a.csv,b.csv"}, {"metrics", "m.json"}});
  EXPECT_EQ(two->sources(),
            (std::map<std::string, std::filesystem::path>{{"profiles", "a.csv"}, {"profiles_2", "b.csv"}}));
  const auto predictions = given<EvaluateSettings>({{"predictions", "p.h5ad"}, {"metrics", "x/m.json"}});
  EXPECT_EQ(predictions->written(), (cli::Paths{"x/m.json", "x/per_label.csv", "x/predicted.csv"}));
  EXPECT_EQ(predictions->sources().at("predictions"), "p.h5ad");
  const auto file = fresh_folder("places_evaluation") / "a.csv";
  const std::map<std::string, std::string> unplaced{{"profiles", file.string()}};
  EXPECT_THAT(message_of([&] { given<EvaluateSettings>(unplaced); }), HasSubstr("no such file"));
  write_file_atomically(file, "x");
  EXPECT_THAT(message_of([&] { given<EvaluateSettings>(unplaced); }), HasSubstr("--metrics"));
}

TEST(Places, TheScreenIsFoundAmongOtherOptions) {
  screen::ManifestOptions manifest;
  cli::OptionSet options;
  int other = 0;
  declare_manifest(options, manifest);
  options.add("seed", other, "");
  options.assign({{"manifest", "s.csv"}, {"manifest-format", "native"}, {"channels", "DNA,\"a,b\""}});
  const auto found = manifest_of(options);
  EXPECT_EQ(found.manifest, "s.csv");
  EXPECT_EQ(found.format, screen::ManifestFormat::native);
  EXPECT_EQ(found.channels, (std::vector<std::string>{"DNA", "a,b"}));
}

}  // namespace
}  // namespace cytoscale::settings
