#include "embed/crop_stream.hpp"

namespace cytoscale::embed {

CropStream::CropStream(const screen::Screen& screen, const store::CellTable& cells, const std::string& masks,
                       TilePlaces places, Encoder& encoder, Done done)
    : cells_(cells),
      places_(std::move(places)),
      encoder_(encoder),
      done_(std::move(done)),
      reader_(screen, cells, masks),
      settings_{encoder.crop_size(), encoder.rescaling()},
      picture_(static_cast<std::size_t>(encoder.channels()) * settings_.size.pixels()),
      width_(encoder.feature_names().size()),
      threads_(encoder.threads(), [&encoder] { encoder.begin_thread(); }) {}

std::shared_ptr<FeatureStream::Prepared> CropStream::prepare(FieldId field, const prepare::Gain& gain,
                                                             Claim& claim) {
  image::CellLabels labels;
  const auto image = reader_.read_corrected(field, gain.get(), claim, &labels);
  if (!image) return nullptr;
  auto crops = std::make_shared<Crops>();
  crops->pictures = crop_field(*image, cells_, field, settings_, labels);
  return crops;
}

std::size_t CropStream::bytes(FieldId field) const {
  return static_cast<std::size_t>(cells_.cells_of(field)) * picture_ * sizeof(float);
}

void CropStream::take(FieldId id, std::shared_ptr<Prepared> prepared, const prepare::Tick& tick) {
  auto field = std::make_shared<Field>();
  field->field = id;
  field->crops = std::static_pointer_cast<Crops>(std::move(prepared));
  field->features.resize(static_cast<std::size_t>(cells_.cells_of(id)) * width_);
  const auto parts = places_.parts_of(id);
  field->tiles = parts.size();
  for (const auto& part : parts) {
    if (part.tile != open_.number) close_tile(tick);
    fill(part, field);
    if (part.place + part.count == places_.tile()) close_tile(tick);
  }
}

void CropStream::fill(const TilePart& part, const std::shared_ptr<Field>& field) {
  open_.number = part.tile;
  open_.places.resize(places_.tile());
  for (std::size_t i = 0; i < part.count; ++i)
    open_.places[part.place + i] = {field->crops->pictures.data() + (part.first + i) * picture_,
                                    field->features.data() + (part.first + i) * width_};
  open_.fields.push_back(field);
}

// Twice as many tiles as threads are on their way: one is there when a thread has ended another.
void CropStream::close_tile(const prepare::Tick& tick) {
  if (open_.fields.empty()) return;
  while (threads_.asked() >= 2 * static_cast<std::size_t>(encoder_.threads())) wait_for_one(tick);
  threads_.ask([this, places = std::move(open_.places)](Claim& claim) {
    claim.keep();
    encoder_.encode_tile(places);
  });
  asked_.push_back(std::move(open_.fields));
  open_ = {};
}

void CropStream::wait_for_one(const prepare::Tick& tick) {
  const auto fields = std::move(asked_.front());
  asked_.pop_front();
  threads_.wait(tick);
  for (const auto& field : fields)
    if (--field->tiles == 0) done_(field->field, field->crops->pictures, field->features);
}

void CropStream::settle(const prepare::Tick& tick) {
  close_tile(tick);
  while (threads_.asked() > 0) wait_for_one(tick);
}

}  // namespace cytoscale::embed
