// Fields through an encoder on a device. A field's planes cross the bus as the files hold them, 8 or 16 bits
// a pixel; correction for illumination, windows and rescaling are done there, into a tile that stays; when
// that is full, the network's work, recorded once, is repeated, and features come back while the next tile
// fills. One thread feeds the device; the main thread takes fields and hands out features.
#pragma once
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "core/threads/task_queue.hpp"
#include "embed/encoder.hpp"
#include "embed/feature_stream.hpp"
#include "embed/tile_places.hpp"
#include "network/torch/device_lane_torch.hpp"
#include "network/torch/device_pixels_torch.hpp"
#include "prepare/field_reader.hpp"

namespace cytoscale::embed {

// A network's work on a tile.
struct TileWork {
  torch::Device device = torch::kCPU;
  torch::ScalarType type = torch::kFloat32;                    // of the tile
  std::function<torch::Tensor(const torch::Tensor&)> forward;  // [tile][C][h][w] -> [tile][D]
  bool recorded = true;                                        // it asks nothing of the host
  int threads = 1;                                             // on a CPU
};

class DeviceStream final : public FeatureStream {
 public:
  // Screen, cells and encoder must outlive it. `masks`: as EmbedOptions::masks.
  DeviceStream(const screen::Screen& screen, const store::CellTable& cells, const std::string& masks,
               TilePlaces places, const Encoder& encoder, TileWork work, Done done);
  std::shared_ptr<Prepared> prepare(FieldId field, const prepare::Gain& gain, Claim& claim) override;
  std::size_t bytes(FieldId field) const override;
  void take(FieldId field, std::shared_ptr<Prepared> prepared, const prepare::Tick& tick) override;
  void settle(const prepare::Tick& tick) override;

 private:
  struct Planes : Prepared {
    network::DeviceLane::Buffer planes, corners;  // [C][H][W]; [cells][2]
    network::DeviceLane::Buffer labels, own;      // [1][H][W]; [cells]; undefined: neighbors are kept
    prepare::Gain gain;
  };
  // A field whose cells are on their way.
  struct Field {
    FieldId field;
    std::vector<float> features;
    std::size_t tiles = 0;  // that have not come back
  };
  // What of a tile's features is whose.
  struct Rows {
    std::shared_ptr<Field> field;
    TilePart part;
  };
  struct Tile {
    std::size_t number = 0;
    std::vector<Rows> rows;
    std::shared_ptr<network::DeviceLane::Download> features;
  };
  void begin();  // on the thread that feeds, as all of the following
  void feed(const Planes& planes, const std::shared_ptr<Field>& field);
  void put_labels(const image::CellLabels& labels, Planes& planes) const;  // on any thread
  torch::Tensor gain_of(const prepare::Gain& gain);
  void close_tile();
  void hand_out(bool all, const prepare::Tick& tick);  // on the main thread

  const store::CellTable& cells_;
  TilePlaces places_;
  Done done_;
  prepare::FieldReader reader_;
  TileWork work_;
  image::PictureSize size_;
  std::size_t channels_, width_;
  std::unique_ptr<network::DeviceLane> lane_;
  network::CropRescaler rescale_;
  torch::Tensor tile_, features_;  // read and written by forward_
  std::function<void()> forward_;
  prepare::Gain gain_on_host_;  // of which gain_ is the copy
  torch::Tensor gain_;
  Tile open_;
  std::mutex mutex_;
  std::deque<Tile> encoded_;  // their features are on their way to the host
  TaskThreads feeder_;        // last: it uses all of the above
};

}  // namespace cytoscale::embed
