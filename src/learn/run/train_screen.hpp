// Training from a screen's files: manifest, cell table and images, or a crop store, to a model folder.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/enum_names.hpp"
#include "learn/data/training_pixels.hpp"
#include "learn/run/train.hpp"
#include "mpi/run_context.hpp"
#include "network/torch_module.hpp"
#include "screen/column_roles.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::learn {

// Whether the model and checkpoints that are there are discarded.
enum class Retrain {
  no,
  yes,
  other,  // where they are of other options or data
};

struct ScreenTraining {
  screen::ManifestOptions manifest;
  screen::ColumnRoles roles;
  TrainOptions options;
  prepare::FieldPassOptions pass = {.threads = 0};  // threads: 0: this rank's share of its node's
  std::filesystem::path model, cells, failures;     // folder written; read; list written
  PixelSource pixels;                               // as they are at hand; the same on all ranks
  Retrain retrain = Retrain::no;
};

// Throws Error about what can be told of it before there are cells: labels, initial weights, the device,
// ranks that the batches do not fit. Collective: no.
void check_outset(const ScreenTraining& training, const screen::Screen& screen, int ranks);

// What is changed of the initial weights for them to fit; may be empty. Throws Error: they do not.
// Collective: no.
std::string check_weights(const TrainOptions& options, std::size_t channels);

// Nothing where a model of the same options and data is complete: the log says so. `options`: for provenance,
// those that decide the result. What can be known is checked before images are read; fields that cannot be
// read are listed and left out, more than the limit stop the run. Throws the same Error on all ranks.
// Collective: yes.
inline constinit ModuleFunction<std::optional<TrainResult>(
    const mpi::RunContext& context, const ScreenTraining& training, const nlohmann::json& options)>
    train_screen{network::torch_module};

// "trained 300 steps, 900 cells/s; loss …", for the log.
std::string result_text(const TrainResult& result, Examples examples);

}  // namespace cytoscale::learn

template <>
struct cytoscale::EnumNames<cytoscale::learn::Retrain> {
  static constexpr const char* what = "way with a model that is there";
  static constexpr EnumName<learn::Retrain> all[] = {
      {learn::Retrain::no, "false"}, {learn::Retrain::yes, "true"}, {learn::Retrain::other, "other"}};
};
