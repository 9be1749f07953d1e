// Features of every cell of a screen. Ranks take plates, balanced by cells, then share the last fields; on
// each rank threads read, correct and crop fields ahead, others run the encoder (embed/feature_stream.hpp),
// and the main thread writes rows (it alone speaks HDF5 and MPI). Tiles fill across the fields of a group,
// and where a cell stands in one depends on the cell table alone (embed/tile_places.hpp): the file is the
// same for any number of ranks and threads.
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "embed/encoder.hpp"
#include "mpi/run_context.hpp"
#include "prepare/field_pass.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::embed {

// What is kept of a field in place of its features.
struct FieldDigest {
  std::vector<std::string> names, layers;  // of what is kept of each cell
  // pictures: [cells of the field][C][h][w]; features: [cells][D], the encoder's; returns [cells][names].
  // Called once for a field, on the thread that speaks HDF5, in no order. Throws Error.
  std::function<std::vector<float>(FieldId field, std::span<const float> pictures,
                                   std::span<const float> features)>
      work;
};

struct EmbedOptions {
  std::string name = "embed", unit = "cells";  // for messages
  bool float16 = false;                        // store features as 16-bit floats
  // Pattern of the label masks' names (prepare/field_reader.hpp) by which neighbors are blanked out of the
  // crops; empty: they are kept.
  std::string masks = {};
  std::optional<FieldDigest> digest;
  prepare::FieldPassOptions pass;  // its queue holds crops
  bool overwrite = false;          // drop what a run with other options left unfinished
  // An earlier file of the same cells and options (kept_features.hpp): its features are taken over, but for
  // fields that could not be read then. Must outlive the call.
  const store::EmbeddingReader* kept = nullptr;
};

struct EmbedResult {
  std::int64_t cells = 0;              // encoded in this run, by all ranks
  std::int64_t cells_kept = 0;         // whose features were taken over
  std::size_t fields_done_before = 0;  // found complete in the file of an interrupted run
  std::size_t failed_fields = 0;       // could be read by segment, but not now: NaN in the file
  std::int64_t cells_not_finite = 0;   // of both, with features that are not numbers
  double seconds = 0;                  // of this run
};

// A field that cannot be read is listed (prepare/failure_report.hpp) and its rows become NaN; more than
// max_failed_fields stop the run. An Error on one rank, of the encoder say, stops all ranks at their next
// field and is thrown by all of them; what was written stays in "<output>.part", which the next run
// continues. Features that are not numbers, of fields that could be read, are counted and warned of.
// Collective: yes.
EmbedResult embed_screen(const mpi::RunContext& context, const screen::Screen& screen,
                         const store::CellTable& cells, Encoder& encoder, const EmbedOptions& options,
                         const prepare::FieldFiles& files, const nlohmann::json& provenance);

}  // namespace cytoscale::embed
