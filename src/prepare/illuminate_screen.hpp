// Illumination functions of a whole screen: per plate, ranks sum their share of the fields, then smooth their
// share of the channels. Finished plates are kept in a journal (store/rows/journal.hpp): an interrupted run
// goes on from the last one, a machine that crashes loses what FieldPassOptions::checkpoint_s allows.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "image/illumination.hpp"
#include "mpi/run_context.hpp"
#include "prepare/field_pass.hpp"
#include "screen/screen.hpp"

namespace cytoscale::prepare {

enum class IlluminationSource {
  images,   // made from the fields
  manifest  // the files that the manifest names (store/given_illumination.hpp)
};

struct IlluminateScreenOptions {
  IlluminationSource source = IlluminationSource::images;
  image::IlluminationOptions illumination = {};
  FieldPassOptions pass = {};
  bool overwrite = false;      // drop what a run with other options left unfinished
  int fields_per_thread = 32;  // small plates are summed together until a pass has so many
  void validate() const;       // throws Error
};

// Writes illumination.h5; the same bytes for any number of ranks and threads. Fields that cannot be read are
// left out of their plate's mean and listed (failure_report.hpp); more than the limit stop the run. A plate
// without one readable field gets a gain of 1 and a warning. Functions that the manifest names are taken by
// root alone, no field is read. Collective: yes.
void illuminate_screen(const mpi::RunContext& context, const screen::Screen& screen,
                       const IlluminateScreenOptions& options, const FieldFiles& files,
                       const nlohmann::json& provenance);

}  // namespace cytoscale::prepare

template <>
struct cytoscale::EnumNames<cytoscale::prepare::IlluminationSource> {
  static constexpr const char* what = "source of the illumination functions";
  static constexpr EnumName<prepare::IlluminationSource> all[] = {
      {prepare::IlluminationSource::images, "images"}, {prepare::IlluminationSource::manifest, "manifest"}};
};
