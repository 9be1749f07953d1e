// Choices are typed, and what is stored of them are their words: in provenance, stamps and config files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "network/device.hpp"
#include "settings/evaluation_settings.hpp"
#include "settings/localization_settings.hpp"
#include "settings/prepare_settings.hpp"
#include "settings/training_settings.hpp"
#include "test_support.hpp"

namespace cytoscale::settings {
namespace {

using Values = std::map<std::string, std::string>;

// Every value is taken, and comes back as it was given.
template <typename Settings>
void expect_kept(const Values& values) {
  Settings settings;
  cli::OptionSet options;
  settings.declare(options);
  for (const auto& [key, word] : values) {
    ASSERT_NE(options.find(key), nullptr) << key;
    options.assign({{key, word}});
    EXPECT_EQ(options.find(key)->get(), word) << key;
  }
}

template <typename Settings>
void expect_defaults(const Values& values) {
  Settings settings;
  cli::OptionSet options;
  settings.declare(options);
  for (const auto& [key, word] : values) EXPECT_EQ(options.find(key)->default_text, word) << key;
}

// The option is named, and the words there are.
template <typename Settings>
void expect_refused(const Values& values, const std::string& known) {
  Settings settings;
  cli::OptionSet options;
  settings.declare(options);
  for (const auto& [key, word] : values)
    EXPECT_THAT(message_of([&] {
                  options.assign({{key, word}});
                }),
                testing::AllOf(testing::HasSubstr("'" + word + "'"), testing::HasSubstr("--" + key),
                               testing::HasSubstr(known)));
}

TEST(Words, OfTraining) {
  expect_defaults<TrainSettings>({{"examples", "cells"},
                                  {"crop-normalization", "maximum"},
                                  {"crop-neighbors", "keep"},
                                  {"hold-out", "replicate"},
                                  {"single-wells", "error"},
                                  {"regularizer", "baseline"},
                                  {"mixup-partner", "replicate"},
                                  {"architecture", "resnet18"},
                                  {"pool", ""},
                                  {"optimizer", "adamw"},
                                  {"schedule", "cosine"},
                                  {"batch-norm", "local"},
                                  {"precision", "fp32"},
                                  {"device", "auto"},
                                  {"retrain", "false"}});
  expect_kept<TrainSettings>({{"examples", "mosaics"},
                              {"crop-normalization", "mean-image"},
                              {"crop-neighbors", "blank"},
                              {"hold-out", "batch"},
                              {"single-wells", "train"},
                              {"regularizer", "rnn"},
                              {"mixup-partner", "batch"},
                              {"pool", "generalized-mean"},
                              {"optimizer", "sgd"},
                              {"schedule", "plateau"},
                              {"batch-norm", "sync"},
                              {"precision", "bf16"},
                              {"device", "cuda"},
                              {"retrain", "other"}});
  expect_refused<TrainSettings>({{"examples", "wells"}}, "cells, fields, mosaics");
  expect_refused<TrainSettings>({{"pool", "median"}}, "noisy-and, noisy-or, isr");
  expect_refused<TrainSettings>({{"optimizer", "newton"}}, "adamw, sgd");
  expect_refused<TrainSettings>({{"schedule", "linear"}}, "cosine, constant, step, plateau");
  expect_refused<TrainSettings>({{"batch-norm", "group"}}, "local, frozen, sync");
  expect_refused<TrainSettings>({{"precision", "int8"}}, "auto, fp32, tf32, bf16");
  expect_refused<TrainSettings>({{"device", "tpu"}}, "auto, cpu, cuda");
  expect_refused<TrainSettings>({{"regularizer", "cutout"}}, "baseline, mixup, rnn");
  expect_refused<TrainSettings>({{"hold-out", "cell"}, {"mixup-partner", "plate"}}, "replicate");
  expect_refused<TrainSettings>({{"single-wells", "keep"}}, "error, drop, train");
  expect_refused<TrainSettings>({{"crop-normalization", "somehow"}}, "maximum, minmax, zscore, none");
}

TEST(Words, OfEncoding) {
  expect_defaults<EmbedSettings>({{"crop-neighbors", ""}});
  expect_kept<EmbedSettings>({{"crop-neighbors", "blank"}});
  expect_refused<EmbedSettings>({{"crop-neighbors", "some"}}, "keep, blank");
  expect_defaults<EmbedSettings>({{"crop-normalization", ""}, {"precision", "fp32"}, {"device", "auto"}});
  expect_kept<EmbedSettings>({{"crop-normalization", "zscore"}, {"precision", "bf16"}, {"device", "cpu"}});
  expect_kept<PredictSettings>({{"of", "cells"}});
  expect_refused<PredictSettings>({{"of", "pictures"}}, "fields, cells");
  expect_refused<EmbedSettings>({{"crop-normalization", "somehow"}}, "zscore");
}

TEST(Words, OfLocalization) {
  expect_defaults<LocalizeSettings>({{"mask", "auto"}, {"evidence", ""}, {"truth-masks", ""}});
  expect_kept<LocalizeSettings>({{"mask", "mrf"}, {"evidence", "rectified"}, {"truth-masks", "otsu"}});
  expect_kept<LocalizeSettings>({{"truth-masks", "masks/{Well}.tif"}});
  expect_refused<LocalizeSettings>({{"mask", "watershed"}}, "peaks, mrf, auto");
  expect_refused<LocalizeSettings>({{"evidence", "felt"}}, "gradient, rectified");
  LocalizeSettings settings;
  cli::OptionSet options;
  settings.declare(options);
  options.assign({{"truth-masks", "otsu"}});
  EXPECT_TRUE(settings.localizer.otsu_truth && settings.localizer.truth_masks.empty());
  options.assign({{"truth-masks", "a.tif"}});
  EXPECT_FALSE(settings.localizer.otsu_truth);
}

TEST(Words, OfPreparationAndEvaluation) {
  expect_defaults<IlluminateSettings>({{"illumination-smoothing", "median"}, {"manifest-format", "auto"}});
  expect_kept<IlluminateSettings>({{"illumination-smoothing", "none"}, {"manifest-format", "loaddata"}});
  expect_refused<IlluminateSettings>({{"illumination-smoothing", "mean"}}, "median, gaussian, none");
  expect_refused<SegmentSettings>({{"manifest-format", "cellprofiler"}}, "auto, native, bbbc021");
  expect_defaults<EvaluateSettings>({{"zprime-axis", "lda"}});
  expect_kept<EvaluateSettings>({{"zprime-axis", "mean-difference"}});
}

TEST(Words, PrecisionIsThatOfTheDevice) {
  using network::Device, network::Precision, network::resolve_precision;
  const auto found = resolve_precision(Precision::automatic, Device::cpu);
  const bool fast = __builtin_cpu_supports("amx-bf16") || __builtin_cpu_supports("avx512bf16");
  EXPECT_EQ(found, fast ? Precision::bf16 : Precision::fp32);
  EXPECT_EQ(resolve_precision(Precision::automatic, Device::cuda), Precision::bf16);
  EXPECT_EQ(resolve_precision(Precision::tf32, Device::cuda), Precision::tf32);
  EXPECT_THAT(message_of([] { resolve_precision(Precision::tf32, Device::cpu); }),
              testing::HasSubstr("processors have no tf32"));
}

}  // namespace
}  // namespace cytoscale::settings
