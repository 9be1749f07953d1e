// Training on whole fields: the small screen's twelve fields of 160 px, with labels of their wells.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "core/system/files.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/batches.hpp"
#include "learn/data/picture_statistics.hpp"
#include "learn/data/sampler.hpp"
#include "learn/run/checkpoints.hpp"
#include "learn/run/train.hpp"
#include "network/weights/model_file.hpp"
#include "prepare/field_table.hpp"
#include "small_screen.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

struct Fields {
  SmallScreen small;
  FieldLoad load;
};

const Fields& fields() {
  static const Fields ready = [] {
    Fields made;
    made.small = over_fields(paint_small_screen(fresh_folder("field_images")));
    std::vector<FieldId> all;
    for (FieldId f; f < made.small.screen.fields.size(); ++f) all.push_back(f);
    made.load = load_fields(quiet(), made.small.screen, made.small.cells, all, {}, {});
    return made;
  }();
  return ready;
}

TrainingPlan plan_for(const TrainOptions& options) {
  return plan_training(fields().small.screen, fields().small.cells, fields().small.roles, options);
}

TrainResult train_in(const std::filesystem::path& folder, const TrainOptions& options,
                     const mpi::Communicator& comm = world()) {
  Log log(comm.rank(), comm.size(), true);
  SteadyClock clock;
  TrainRun run{folder, {}, {}, log, clock};
  return train(comm, plan_for(options), fields().load.images, options, run);
}

TrainOptions mil_training() {
  auto options = small_training();
  options.architecture = "mil_cnn";
  options.examples = Examples::fields;
  options.crop_px = 96;
  options.crop_normalization = image::CropNormalization::dataset;
  options.batch_size = 8;
  options.shard_size = 2;
  return options;
}

TrainOptions mosaic_training() {
  auto options = mil_training();
  options.architecture = "wscnn4";
  options.examples = Examples::mosaics;
  options.crop_px = 60;
  options.crop_normalization = image::CropNormalization::mean_image;
  options.augment.angle_deg = 20;
  options.augment.scale = 0.18;
  options.steps = 5;
  // The pool takes four fields of a label; each has three.
  options.split.validation_fraction = 0;
  return options;
}

// Kraus et al. 2016 with dropout, Sailem et al. 2017 on fields: the same losses over 20 steps, and the same
// bytes.
TEST(TrainFields, DoNotDependOnRanksAndThreads) {
  auto wscnn = mil_training();
  wscnn.architecture = "wscnn4";
  wscnn.crop_px = 60;
  wscnn.crop_normalization = image::CropNormalization::mean_image;
  wscnn.pooling.kind = network::Pool::fc;
  wscnn.steps = 6;
  for (auto options : {mil_training(), wscnn}) {
    const auto folder = fresh_folder("twice_" + options.architecture);
    const auto together = train_in(folder / "together", options);
    if (!world().root()) continue;
    options.threads = 2;
    const auto alone = train_in(folder / "alone", options, mpi::Communicator::self());
    EXPECT_EQ(together.losses, alone.losses) << options.architecture;
    EXPECT_TRUE(std::isfinite(alone.losses.back()));
    EXPECT_EQ(read_file(folder / "alone" / "model.safetensors"),
              read_file(folder / "together" / "model.safetensors"));
  }
  world().barrier();
}

TEST(TrainFields, ContinueBitForBit) {
  auto options = mil_training();
  options.steps = 6;
  options.checkpoint_every = 3;
  const auto folder = fresh_folder("fields_continue");
  const auto whole = train_in(folder / "whole", options);
  if (world().root()) {
    make_folder(folder / "parts");
    std::filesystem::copy(checkpoint_path(folder / "whole", 3), folder / "parts");
  }
  world().barrier();
  const auto second = train_in(folder / "parts", options);
  EXPECT_EQ(second.losses, std::vector<double>(whole.losses.begin() + 3, whole.losses.end()));
  EXPECT_EQ(read_file(folder / "whole" / "model.safetensors"),
            read_file(folder / "parts" / "model.safetensors"));
}

TEST(TrainFields, TheModelSaysAllThatItTakes) {
  auto options = mil_training();
  options.steps = 1;
  options.several_labels = true;
  options.pooling = {network::Pool::lse, 3};
  const auto folder = fresh_folder("fields_model");
  train_in(folder, options);
  const auto model = network::read_model(folder, 2);
  EXPECT_EQ(model.info.spec.pooling.kind, network::Pool::lse);
  EXPECT_EQ(model.info.spec.pooling.sharpness, 3);
  EXPECT_TRUE(model.info.several_labels);
  EXPECT_EQ(model.info.statistics.sd.size(), 2u);
  EXPECT_GT(model.info.statistics.mean[0], 100);
  EXPECT_EQ(model.info.labels.size(), 4u);
  world().barrier();
}

// Oracle: sums written out, in another order.
TEST(TrainFields, StatisticsAreThoseOfTheTrainingFields) {
  auto options = mil_training();
  options.crop_px = 0;
  const auto plan = plan_for(options);
  const image::PictureSize size(small_screen_px);
  const auto found =
      picture_statistics(world(), plan, fields().load.images, size, image::CropNormalization::mean_image);
  std::vector<double> mean(2 * size.pixels());
  std::vector<double> sums(2), squares(2);
  int pictures = 0;
  for (const auto& well : plan.wells) {
    if (well.validation) continue;
    ++pictures;
    std::vector<float> picture(mean.size());
    fields().load.images.cut(well.cells.front(), Warp{}, size, picture);
    for (std::size_t i = 0; i < picture.size(); ++i) {
      mean[i] += picture[i];
      sums[i / size.pixels()] += picture[i];
      squares[i / size.pixels()] += static_cast<double>(picture[i]) * picture[i];
    }
  }
  ASSERT_EQ(pictures, 8);
  ASSERT_EQ(found.mean.size(), mean.size());
  EXPECT_EQ(found.size, size);
  for (std::size_t i = 0; i < mean.size(); ++i) ASSERT_NEAR(found.mean[i], mean[i] / pictures, 0.01) << i;
  const double count = pictures * static_cast<double>(size.pixels());
  for (std::size_t c = 0; c < 2; ++c)
    EXPECT_NEAR(found.sd[c], std::sqrt(squares[c] / count - sums[c] / count * sums[c] / count), 1e-3);
  const auto channels =
      picture_statistics(world(), plan, fields().load.images, size, image::CropNormalization::dataset);
  EXPECT_NEAR(channels.mean[1], sums[1] / count, 1e-3);
  EXPECT_EQ(channels.sd, found.sd);
}

TEST(TrainFields, TheTableOfFieldsIsThatOfTheirHeaders) {
  const auto& small = fields().small;
  const auto table = prepare::field_table(world(), small.screen, {});
  EXPECT_EQ(table.first_cell, small.cells.first_cell);
  EXPECT_EQ(table.y.all(), small.cells.y.all());
  EXPECT_EQ(table.x.all(), small.cells.x.all());
  EXPECT_EQ(table.height, small.cells.height);
  EXPECT_EQ(table.failed, small.cells.failed);
}

// Four fields of one label, each in its quarter.
TEST(TrainFields, MosaicsAreStitchedOfOneLabel) {
  auto options = mosaic_training();
  options.crop_px = 0;
  options.augment = {false, false, 0};
  auto plan = plan_for(options);
  std::vector<TrainingWell> four;
  for (auto& well : plan.wells)
    if (well.labels.front() < 2) four.push_back(well);
  for (const auto& well : plan.wells)  // a fourth field of each label: any
    if (well.labels.front() == 2 && four.size() < 8)
      four.push_back(well), four.back().labels = {LabelId(four.size() % 2 == 0)};
  plan.wells = four;
  plan.labels.resize(2);
  const BatchMaker maker(plan, fields().load.images, options, small_screen_px,
                         image::CropNormalization::none);
  const auto batch = maker.training(0, 0, 2);
  EXPECT_EQ(batch.size, image::PictureSize(320));
  EXPECT_EQ(batch.count, 2u);
  EXPECT_EQ(batch.crops_per_example, 1u);
  const std::size_t area = small_screen_px * small_screen_px;
  ASSERT_EQ(batch.crops.size(), 2 * 2 * 4 * area);
  std::vector<float> field(2 * area);
  int found = 0;
  for (const auto& well : plan.wells) {
    fields().load.images.cut(well.cells.front(), Warp{}, small_screen_px, field);
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      bool same = true;
      for (std::size_t c = 0; c < 2; ++c)
        for (std::size_t i = 0; i < small_screen_px; ++i) {
          const auto row = (c * 320 + quarter / 2 * 160 + i) * 320 + quarter % 2 * 160;
          same =
              same && std::memcmp(&batch.crops[row], &field[(c * 160 + i) * 160], 160 * sizeof(float)) == 0;
        }
      found += same && batch.targets[static_cast<std::size_t>(well.labels.front())] == 1;
    }
  }
  EXPECT_EQ(found, 4);
}

TEST(TrainFields, AMosaicOfFewerFieldsHasEachBeforeAnyTwice) {
  const auto options = mosaic_training();
  const auto plan = plan_for(options);
  EXPECT_NO_THROW(check_training(plan, options));
  const CellSampler sampler(plan, 3, false);
  for (int place = 0; place < 20; ++place) {
    const auto group = sampler.draw_group(0, place, 4);
    std::map<const TrainingCell*, int> times;
    std::set<const TrainingCell*> fields_of_label;
    for (const auto& draw : group) ++times[draw.cell];
    for (const auto& well : plan.wells)
      if (!well.validation && well.labels.front() == group[0].label)
        for (const auto& cell : well.cells) fields_of_label.insert(&cell);
    ASSERT_EQ(group.size(), 4u);
    EXPECT_EQ(times.size(), std::min<std::size_t>(4, fields_of_label.size()));
    for (const auto& [cell, count] : times) EXPECT_LE(count, (4 + int(times.size()) - 1) / int(times.size()));
  }
}

TEST(TrainFields, AMosaicOfOneWellIsRefusedBefore) {
  const auto options = mosaic_training();
  auto plan = plan_for(options);
  std::vector<TrainingWell> kept;
  for (const auto& well : plan.wells)
    if (well.validation || well.labels.front() != 0) kept.push_back(well);
  for (const auto& well : plan.wells)
    if (!well.validation && well.labels.front() == 0) {
      kept.push_back(well);
      break;
    }
  plan.wells = kept;
  const auto text = message_of([&] { check_training(plan, options); });
  EXPECT_NE(text.find("one training well only"), std::string::npos) << text;
  EXPECT_NE(text.find("--examples mosaics"), std::string::npos) << text;
}

// Noisy-OR of a map that knows nothing says that every label is there: its loss is far above that of a bag
// that is as likely as not, and that is no divergence.
TEST(TrainFields, ABagThatBeginsFullHasNotDiverged) {
  auto options = mil_training();
  options.crop_px = 160;
  options.pooling.kind = network::Pool::noisy_or;
  options.divergence = 1.5;
  options.learning_rate = 1e-6;
  options.steps = 21;
  const auto result = train_in(fresh_folder("train_noisy_or"), options);
  EXPECT_GT(result.loss, 1.5 * (std::log(4) + 4 * std::log(2)));  // of four labels
}

}  // namespace
}  // namespace cytoscale::learn
