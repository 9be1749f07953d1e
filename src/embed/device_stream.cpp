#include <torch/utils.h>

#include <algorithm>
#include <cstring>

#include "embed/device_stream_torch.hpp"

namespace cytoscale::embed {
namespace {

constexpr std::size_t fields_ahead = 4;  // for the feeder
constexpr std::size_t tiles_ahead = 8;   // for the device

// The narrowest type that holds every plane: of uint8, of uint16 as the same bits, else float32.
torch::ScalarType common_type(const std::vector<image::RawPlane>& planes) {
  const auto all = [&](auto... types) {
    return std::all_of(planes.begin(), planes.end(),
                       [&](const auto& plane) { return ((plane.type == types) || ...); });
  };
  if (all(image::PixelType::u8)) return torch::kUInt8;
  if (all(image::PixelType::u8, image::PixelType::u16)) return torch::kInt16;
  return torch::kFloat32;
}

void put(const image::RawPlane& plane, torch::ScalarType type, void* out) {
  const auto* bytes = plane.bytes.data();
  if (type == torch::kFloat32) {
    const auto values = image::to_float(plane);
    std::copy(values.pixels.begin(), values.pixels.end(), static_cast<float*>(out));
  } else if (type == torch::kInt16 && plane.type == image::PixelType::u8) {
    std::transform(bytes, bytes + plane.bytes.size(), static_cast<std::int16_t*>(out),
                   [](std::byte value) { return static_cast<std::int16_t>(value); });
  } else {
    std::memcpy(out, bytes, plane.bytes.size());
  }
}

}  // namespace

DeviceStream::DeviceStream(const screen::Screen& screen, const store::CellTable& cells,
                           const std::string& masks, TilePlaces places, const Encoder& encoder, TileWork work,
                           Done done)
    : cells_(cells),
      places_(std::move(places)),
      done_(std::move(done)),
      reader_(screen, cells, masks),
      work_(std::move(work)),
      size_(encoder.crop_size()),
      channels_(static_cast<std::size_t>(encoder.channels())),
      width_(encoder.feature_names().size()),
      lane_(network::DeviceLane::on(work_.device)),
      rescale_(encoder.rescaling(), work_.device),
      feeder_(1) {
  feeder_.ask([this](Claim& claim) {
    claim.keep();
    begin();
  });
  feeder_.wait({});
}

// Settings of LibTorch are its thread's own.
void DeviceStream::begin() {
  at::set_num_threads(work_.threads);
  const auto entered = lane_->enter();
  torch::InferenceMode inference;
  const auto count = static_cast<std::int64_t>(places_.tile());
  tile_ = torch::zeros({count, static_cast<std::int64_t>(channels_), size_.height, size_.width},
                       torch::TensorOptions(work_.type).device(work_.device))
              .contiguous(torch::MemoryFormat::ChannelsLast);
  features_ = torch::zeros({count, static_cast<std::int64_t>(width_)}, torch::TensorOptions(work_.device));
  const auto forward = [this] {
    torch::InferenceMode inside;
    features_.copy_(work_.forward(tile_));
  };
  forward_ = work_.recorded ? lane_->record(forward) : forward;
}

std::shared_ptr<FeatureStream::Prepared> DeviceStream::prepare(FieldId field, const prepare::Gain& gain,
                                                               Claim& claim) {
  image::CellLabels labels;
  const auto planes = reader_.read_raw(field, claim, &labels);
  if (!planes) return nullptr;
  auto prepared = std::make_shared<Planes>();
  prepared->gain = gain;
  const image::PictureSize size(planes->front().height, planes->front().width);
  const auto type = common_type(*planes);
  prepared->planes =
      lane_->buffer({static_cast<std::int64_t>(planes->size()), size.height, size.width}, type);
  auto* out = static_cast<std::byte*>(prepared->planes.values.data_ptr());
  for (const auto& plane : *planes) {
    put(plane, type, out);
    out += size.pixels() * torch::elementSize(type);
  }
  const auto y = cells_.of_field(cells_.y, field), x = cells_.of_field(cells_.x, field);
  const auto count = cells_.cells_of(field);
  prepared->corners = lane_->buffer({count, 2}, torch::kInt64);
  auto* corner = prepared->corners.values.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < y.size(); ++i, corner += 2) {
    const auto at = network::window_corner(y[i], x[i], size_, size);
    std::copy(at.begin(), at.end(), corner);
  }
  if (!labels.empty()) put_labels(labels, *prepared);
  return prepared;
}

void DeviceStream::put_labels(const image::CellLabels& labels, Planes& planes) const {
  planes.labels = lane_->buffer({1, labels.height, labels.width}, torch::kInt32);
  planes.own = lane_->buffer({static_cast<std::int64_t>(labels.of_cell.size())}, torch::kInt32);
  std::copy(labels.labels.begin(), labels.labels.end(), planes.labels.values.data_ptr<std::int32_t>());
  std::copy(labels.of_cell.begin(), labels.of_cell.end(), planes.own.values.data_ptr<std::int32_t>());
}

std::size_t DeviceStream::bytes(FieldId field) const {
  return reader_.bytes(field);  // of 16 bits half as much, but pinned memory comes in powers of two
}

void DeviceStream::take(FieldId id, std::shared_ptr<Prepared> prepared, const prepare::Tick& tick) {
  auto field = std::make_shared<Field>();
  field->field = id;
  field->features.resize(static_cast<std::size_t>(cells_.cells_of(id)) * width_);
  field->tiles = places_.parts_of(id).size();
  feeder_.ask([this, field, planes = std::static_pointer_cast<Planes>(std::move(prepared))](Claim& claim) {
    claim.keep();
    feed(*planes, field);
  });
  while (feeder_.asked() > fields_ahead) feeder_.wait(tick);
  hand_out(false, tick);
}

torch::Tensor DeviceStream::gain_of(const prepare::Gain& gain) {
  if (gain == gain_on_host_) return gain_;
  gain_on_host_ = gain;
  gain_ = torch::Tensor();
  if (!gain) return gain_;
  const auto buffer = lane_->buffer({gain->channels, gain->height, gain->width}, torch::kFloat32);
  image::write_gains(*gain,
                     {buffer.values.data_ptr<float>(), static_cast<std::size_t>(buffer.values.numel())});
  return gain_ = lane_->upload(buffer);
}

void DeviceStream::feed(const Planes& planes, const std::shared_ptr<Field>& field) {
  const auto entered = lane_->enter();
  torch::InferenceMode inference;
  const auto corners = lane_->upload(planes.corners);
  const auto image = network::corrected_planes(lane_->upload(planes.planes), gain_of(planes.gain));
  torch::Tensor labels, own;
  if (planes.labels.values.defined()) labels = lane_->upload(planes.labels), own = lane_->upload(planes.own);
  for (const auto& part : places_.parts_of(field->field)) {
    if (part.tile != open_.number) close_tile();
    open_.number = part.tile;
    const auto first = static_cast<std::int64_t>(part.first), count = static_cast<std::int64_t>(part.count);
    const auto at = corners.narrow(0, first, count);
    auto crops = network::window_crops(image, at, size_);
    if (labels.defined())
      crops = network::without_neighbors(crops, network::window_crops(labels, at, size_),
                                         own.narrow(0, first, count));
    tile_.narrow(0, static_cast<std::int64_t>(part.place), count).copy_(rescale_(crops));
    open_.rows.push_back({field, part});
    if (part.place + part.count == places_.tile()) close_tile();
  }
}

// The host runs ahead of the device by some tiles and no more: what waits for it there takes memory.
void DeviceStream::close_tile() {
  if (open_.rows.empty()) return;
  const auto entered = lane_->enter();
  torch::InferenceMode inference;
  forward_();
  open_.features = lane_->download(features_);
  std::shared_ptr<network::DeviceLane::Download> before;
  {
    const std::lock_guard lock(mutex_);
    encoded_.push_back(std::move(open_));
    if (encoded_.size() > tiles_ahead) before = encoded_[encoded_.size() - tiles_ahead].features;
  }
  open_ = {};
  if (before) before->hold_back();
}

// What has come back, in order; all: also what has not, which is waited for.
void DeviceStream::hand_out(bool all, const prepare::Tick& tick) {
  for (;;) {
    Tile tile;
    {
      const std::lock_guard lock(mutex_);
      if (encoded_.empty() || (!all && !encoded_.front().features->there())) return;
      tile = std::move(encoded_.front());
      encoded_.pop_front();
    }
    const auto& values = tile.features->wait();
    for (const auto& [field, part] : tile.rows) {
      std::copy_n(values.data_ptr<float>() + part.place * width_, part.count * width_,
                  field->features.data() + part.first * width_);
      if (--field->tiles == 0) done_(field->field, {}, field->features);
    }
    if (tick) tick();
  }
}

void DeviceStream::settle(const prepare::Tick& tick) {
  feeder_.ask([this](Claim& claim) {
    claim.keep();
    close_tile();
  });
  while (feeder_.asked() > 0) feeder_.wait(tick);
  hand_out(true, tick);
}

}  // namespace cytoscale::embed
