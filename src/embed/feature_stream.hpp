// Fields in, features out, some time later: what stands between the pass over the fields and an encoder.
// Fields are prepared ahead on any thread and handed in by the main thread, those of a group
// (embed/tile_places.hpp) in order; a field's features come back when its last tile is encoded, while others
// are on their way.
#pragma once
#include <functional>
#include <memory>
#include <span>

#include "core/ids.hpp"
#include "prepare/field_pass.hpp"

namespace cytoscale::embed {

class FeatureStream {
 public:
  // Of one field; what it holds is the stream's own business.
  struct Prepared {
    virtual ~Prepared() = default;
  };
  // pictures: [cells][C][h][w] as the encoder saw them, empty where they are on a device; features:
  // [cells][D]. On the main thread.
  using Done =
      std::function<void(FieldId field, std::span<const float> pictures, std::span<const float> features)>;

  virtual ~FeatureStream() = default;
  // On any thread. Null where the claim was given up. Throws Error: the field cannot be read.
  virtual std::shared_ptr<Prepared> prepare(FieldId field, const prepare::Gain& gain, Claim& claim) = 0;
  virtual std::size_t bytes(FieldId field) const = 0;  // that it takes in memory, prepared
  // Hands a field in, and out what is done; waits where too much is on its way. Throws Error: the encoder's.
  virtual void take(FieldId field, std::shared_ptr<Prepared> prepared, const prepare::Tick& tick) = 0;
  // Until all that was taken is done.
  virtual void settle(const prepare::Tick& tick) = 0;

 protected:
  FeatureStream() = default;
  FeatureStream(const FeatureStream&) = delete;
  FeatureStream& operator=(const FeatureStream&) = delete;
};

}  // namespace cytoscale::embed
