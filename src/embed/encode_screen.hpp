// A network over pictures of a screen, a row for each, from files to a file: what embed, predict and localize
// do.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "embed/embed_screen.hpp"
#include "embed/encoder.hpp"
#include "mpi/run_context.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::embed {

struct ScreenEncoding {
  std::string job;  // names it in messages and provenance
  screen::ManifestOptions manifest;
  bool over_fields = false;     // pictures are whole fields; else windows around cells
  std::filesystem::path cells;  // cell table; not of fields
  std::string masks = {};      // in which they were found: pattern of names, read where neighbors are blanked
  EncoderOptions encoder;      // the screen's channels, threads and the size of its fields are filled in
  EmbedOptions embed;          // its threads: 0: this rank's share of its node's
  bool keep_features = false;  // take those of the file there is, where metadata alone has changed
  prepare::FieldFiles files;   // as they are at hand; the same on all ranks
  // Further files that the result is made from, by role, for provenance; empty paths are left out.
  std::map<std::string, std::filesystem::path> sources = {};
  // Before anything is computed, on every rank: a last word on the options, and what is refused. Throws
  // Error. Collective: no.
  std::function<void(const screen::Screen& screen, const store::CellTable& cells, const Encoder& encoder,
                     EmbedOptions& options)>
      ready = {};
};

// As embed_screen(). `options`: for provenance, those that decide the result. Throws the same Error on all
// ranks. Collective: yes.
EmbedResult encode_screen(const mpi::RunContext& context, const ScreenEncoding& encoding,
                          const nlohmann::json& options);

// Throws Error about what can be told before there are pictures: the layers, the device. Weights: those of
// `options`, or, without, a network of the options' architecture. Collective: no.
void check_layers(const EncoderOptions& options, std::size_t channels);

// The size of all fields that can be read. Throws Error: there are several, or none.
image::PictureSize size_of_fields(const store::CellTable& fields);

}  // namespace cytoscale::embed
