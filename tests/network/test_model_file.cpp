#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "embed/encoder.hpp"
#include "network/weights/model_file.hpp"
#include "test_support.hpp"

namespace cytoscale::network {
namespace {

ModelInfo some_model(int channels = 2, int classes = 3) {
  return {{"resnet18", channels, classes}, 32, image::CropNormalization::maximum, {}, {"a", "b", "c"}, false,
          {{"made", "by a test"}}};
}

std::vector<float> values_of(const store::StoredTensor& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

// What loading a model that was tampered with says.
std::string error_of(const store::SafeTensors& file, const std::string& name, int channels = 2) {
  const auto path = fresh_folder("model_errors") / (name + ".safetensors");
  store::write_safetensors(path, file);
  embed::EncoderOptions options;
  options.model = path;
  options.channels = channels;
  try {
    embed::make_encoder(options);
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(name + ".safetensors"), std::string::npos) << error.what();
    EXPECT_FALSE(error.remedy().empty());
    return error.what();
  }
  return "no error";
}

TEST(ModelFile, HoldsTorchvisionsTensors) {
  const auto file = initial_weights(some_model(), 7);
  EXPECT_EQ(file.tensors.size(), 122u);  // torchvision's resnet18().state_dict() has 122 entries
  EXPECT_EQ(file.tensors.at("conv1.weight").shape, (std::vector<std::int64_t>{64, 2, 7, 7}));
  EXPECT_EQ(file.tensors.at("layer2.0.downsample.0.weight").shape,
            (std::vector<std::int64_t>{128, 64, 1, 1}));
  EXPECT_EQ(file.tensors.at("layer4.1.bn2.running_var").shape, (std::vector<std::int64_t>{512}));
  EXPECT_EQ(file.tensors.at("bn1.num_batches_tracked").dtype, "I64");
  EXPECT_TRUE(file.tensors.at("bn1.num_batches_tracked").shape.empty());
  EXPECT_EQ(file.tensors.at("fc.weight").shape, (std::vector<std::int64_t>{3, 512}));
}

// Kaiming, fan_out: variance 2 / (out × k × k), as torchvision initializes its residual networks.
TEST(ModelFile, InitialWeightsAreTheSeedsAlone) {
  const auto one = initial_weights(some_model(), 7), same = initial_weights(some_model(), 7),
             other = initial_weights(some_model(), 8);
  const auto& name = "layer3.0.conv1.weight";
  EXPECT_EQ(one.tensors.at(name).bytes, same.tensors.at(name).bytes);
  EXPECT_NE(one.tensors.at(name).bytes, other.tensors.at(name).bytes);
  const auto weights = values_of(one.tensors.at(name));
  double squares = 0;
  for (const float w : weights) squares += double(w) * w;
  const double sd = std::sqrt(squares / double(weights.size()));
  EXPECT_NEAR(sd, std::sqrt(2.0 / (256 * 9)), 1e-3 * sd * 3);
}

TEST(ModelFile, DescriptionComesBack) {
  const auto path = fresh_folder("model_description") / "model.safetensors";
  store::write_safetensors(path, initial_weights(some_model(), 1));
  const auto info = model_info_of(store::read_safetensors(path), path);
  EXPECT_EQ(info.spec.channels, 2);
  EXPECT_EQ(info.spec.classes, 3);
  EXPECT_EQ(info.crop_px, 32);
  EXPECT_EQ(info.labels, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(info.provenance["made"], "by a test");
  EXPECT_EQ(model_file_of(path.parent_path()), path);
  EXPECT_THROW(model_file_of(path.parent_path() / "absent"), Error);
}

TEST(ModelFile, ForeignWeightsAreDescribedByTheirShapes) {
  auto file = initial_weights(some_model(4, 10), 1);
  file.metadata.clear();
  const auto info = model_info_of(file, "foreign.safetensors");
  EXPECT_EQ(info.spec.architecture, "resnet18");
  EXPECT_EQ(info.spec.channels, 4);
  EXPECT_EQ(info.spec.classes, 10);
  EXPECT_EQ(info.crop_px, 0);
  EXPECT_FALSE(info.crop_normalization.has_value());
}

// What training starts from is judged by the header alone, before any image is read.
TEST(ModelFile, InitialWeightsMustFitTheNetwork) {
  const auto folder = fresh_folder("initial_weights");
  const auto path = folder / "w.safetensors";
  auto file = initial_weights(some_model(3, 10), 1);
  store::write_safetensors(path, file);
  const auto refused = [&](const NetworkSpec& spec, const std::string& part) {
    try {
      check_initial_weights(path, spec);
      ADD_FAILURE() << "accepted: " << part;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      EXPECT_NE(error.where().find("w.safetensors"), std::string::npos);
      EXPECT_FALSE(error.remedy().empty());
    }
  };
  EXPECT_EQ(check_initial_weights(path, {"resnet18", 3, 7}), "");
  refused({"resnet50", 3, 7}, "weights of a resnet18, to be trained is a resnet50");
  refused({"resnet18", 5, 7}, "take 3 channels, the screen has 5");  // our own: its channels have a meaning
  file.metadata.clear();
  for (const auto* last : {"fc.weight", "fc.bias"}) file.tensors.erase(last);
  store::write_safetensors(path, file);
  EXPECT_EQ(check_initial_weights(path, {"resnet18", 3, 7}), "");
  EXPECT_NE(check_initial_weights(path, {"resnet18", 5, 7}).find("from 3 to 5 channels"), std::string::npos);
  file.tensors["bn1.weight"].dtype = "I32";
  store::write_safetensors(path, file);
  refused({"resnet18", 5, 7}, "bn1.weight: the tensor's type is I32");
}

TEST(ModelFile, TamperedModelsAreRefusedByName) {
  const auto good = initial_weights(some_model(), 1);
  auto file = good;
  file.tensors.erase("layer3.1.bn2.running_mean");
  EXPECT_NE(error_of(file, "missing").find("layer3.1.bn2.running_mean"), std::string::npos);
  file = good;
  file.tensors["conv1.weight"] = good.tensors.at("fc.weight");
  EXPECT_NE(error_of(file, "shape").find("[3, 512]"), std::string::npos);
  file = good;
  file.tensors["layer9.weight"] = good.tensors.at("fc.bias");
  EXPECT_NE(error_of(file, "unknown").find("layer9.weight"), std::string::npos);
  file = good;
  file.metadata["channels"] = "two";
  EXPECT_NE(error_of(file, "number").find("channels"), std::string::npos);
  file = good;
  file.metadata["labels"] = "[1, 2";
  EXPECT_NE(error_of(file, "json").find("labels"), std::string::npos);
  file = good;
  file.metadata["architecture"] = "resnet19";
  EXPECT_NE(error_of(file, "architecture").find("resnet19"), std::string::npos);
  EXPECT_NE(error_of(good, "channels", 3).find("2 channels"), std::string::npos);
  file = good;
  file.metadata.clear();
  file.tensors.erase("conv1.weight");
  EXPECT_NE(error_of(file, "nothing").find("no architecture that we know"), std::string::npos);
  file = good;
  file.metadata["format"] = "cytoscale-model-9";
  EXPECT_NE(error_of(file, "newer").find("cytoscale-model-9"), std::string::npos);
}

TEST(ModelFile, TruncatedFileIsRefused) {
  const auto path = fresh_folder("model_truncated") / "model.safetensors";
  store::write_safetensors(path, initial_weights(some_model(), 1));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  embed::EncoderOptions options;
  options.model = path;
  options.channels = 2;
  EXPECT_THROW(embed::make_encoder(options), Error);
}

}  // namespace
}  // namespace cytoscale::network
