// Fields through an encoder of crops: fields are corrected, cropped and rescaled as they are prepared, and
// tiles are encoded on the encoder's threads, while the main thread takes fields and hands out features.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "core/threads/task_queue.hpp"
#include "embed/crop_field.hpp"
#include "embed/encoder.hpp"
#include "embed/feature_stream.hpp"
#include "embed/tile_places.hpp"
#include "prepare/field_reader.hpp"

namespace cytoscale::embed {

class CropStream final : public FeatureStream {
 public:
  // Screen, cells and encoder must outlive it. `masks`: as EmbedOptions::masks.
  CropStream(const screen::Screen& screen, const store::CellTable& cells, const std::string& masks,
             TilePlaces places, Encoder& encoder, Done done);
  std::shared_ptr<Prepared> prepare(FieldId field, const prepare::Gain& gain, Claim& claim) override;
  std::size_t bytes(FieldId field) const override;
  void take(FieldId field, std::shared_ptr<Prepared> prepared, const prepare::Tick& tick) override;
  void settle(const prepare::Tick& tick) override;

 private:
  struct Crops : Prepared {
    std::vector<float> pictures;
  };
  // A field on its way.
  struct Field {
    FieldId field;
    std::shared_ptr<Crops> crops;
    std::vector<float> features;
    std::size_t tiles = 0;  // that are not encoded yet
  };
  struct Tile {
    std::size_t number = 0;
    std::vector<TilePlace> places;
    std::vector<std::shared_ptr<Field>> fields;
  };
  void fill(const TilePart& part, const std::shared_ptr<Field>& field);
  void close_tile(const prepare::Tick& tick);
  void wait_for_one(const prepare::Tick& tick);

  const store::CellTable& cells_;
  TilePlaces places_;
  Encoder& encoder_;
  Done done_;
  prepare::FieldReader reader_;
  CropSettings settings_;
  std::size_t picture_, width_;  // values of a picture, features of a cell
  Tile open_;
  std::deque<std::vector<std::shared_ptr<Field>>> asked_;  // of each tile on its way
  TaskThreads threads_;                                    // last: they use all of the above
};

}  // namespace cytoscale::embed
