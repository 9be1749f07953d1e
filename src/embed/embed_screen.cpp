#include "embed/embed_screen.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "embed/crop_field.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_reader.hpp"
#include "prepare/fill_rows.hpp"

namespace cytoscale::embed {
namespace {

void check_channels(const screen::Screen& screen, const Encoder& encoder) {
  if (static_cast<std::size_t>(encoder.channels()) == screen.channels.size()) return;
  throw Error("the network takes " + std::to_string(encoder.channels()) + " channels, the screen has " +
                  std::to_string(screen.channels.size()),
              "embed", "Choose --channels, or a model trained on these");
}

// Runs the encoder over the crops of one field after the other.
class Embedder {
 public:
  Embedder(const store::CellTable& cells, Encoder& encoder, int batch)
      : cells_(cells), encoder_(encoder), batch_(static_cast<std::size_t>(batch)) {}

  // [cells of the field][features]
  std::span<const float> encode(FieldId field, const std::vector<float>& crops, const prepare::Tick& tick) {
    const auto count = static_cast<std::size_t>(cells_.cells_of(field));
    const std::size_t crop = crops.size() / std::max<std::size_t>(1, count);
    const std::size_t width = encoder_.feature_names().size();
    features_.resize(count * width);
    for (std::size_t first = 0; first < count; first += batch_) {
      const std::size_t some = std::min(batch_, count - first);
      encoder_.encode(std::span(crops).subspan(first * crop, some * crop), some,
                      std::span(features_).subspan(first * width, some * width));
      tick();
    }
    encoded_ += static_cast<std::int64_t>(count);
    return counted(width);
  }
  // The same of an earlier file.
  std::span<const float> take(const store::EmbeddingReader& kept, FieldId field) {
    const auto count = cells_.cells_of(field);
    features_.resize(static_cast<std::size_t>(count) * kept.features());
    kept.read_rows(cells_.first_cell[field], count, features_);
    kept_ += count;
    return counted(kept.features());
  }
  std::int64_t encoded() const { return encoded_; }
  std::int64_t kept() const { return kept_; }
  std::int64_t not_finite() const { return not_finite_; }

 private:
  std::span<const float> counted(std::size_t width) {
    for (std::size_t at = 0; at < features_.size(); at += width) {
      const auto row = std::span(features_).subspan(at, width);
      not_finite_ += std::any_of(row.begin(), row.end(), [](float value) { return !std::isfinite(value); });
    }
    return features_;
  }

  const store::CellTable& cells_;
  Encoder& encoder_;
  std::size_t batch_;
  std::vector<float> features_;
  std::int64_t encoded_ = 0, kept_ = 0, not_finite_ = 0;
};

bool has_failed_fields(const store::EmbeddingReader& kept) {
  const auto& failed = kept.field_failed();
  return std::find_if(failed.begin(), failed.end(), [](auto flag) { return flag != 0; }) != failed.end();
}

}  // namespace

void EmbedOptions::validate() const {
  if (batch < 1) throw Error("the batch must hold at least one cell", "--embed-batch");
  pass.validate();
}

EmbedResult embed_screen(const mpi::RunContext& context, const screen::Screen& screen,
                         const store::CellTable& cells, Encoder& encoder, const EmbedOptions& options,
                         const prepare::FieldFiles& files, const nlohmann::json& provenance) {
  const auto& comm = context.comm;
  const double start_s = context.clock.now_s();
  mpi::together(comm, [&] {
    options.validate();
    check_channels(screen, encoder);
  });
  const bool reads_images = !options.kept || has_failed_fields(*options.kept);
  prepare::FieldPass pass(context, screen, options.pass, reads_images ? files.illumination : "");
  const prepare::FieldReader reader(screen, cells);
  const auto& digest = options.digest;
  const store::EmbeddingLayout layout{digest ? digest->names : encoder.feature_names(),
                                      digest ? digest->layers : encoder.feature_layers(), options.float16,
                                      provenance, options.overwrite};
  store::EmbeddingWriter writer(comm, files.output, screen, cells, layout);
  Embedder embedder(cells, encoder, options.batch);
  const CropSettings settings{encoder.crop_size(), encoder.rescaling()};
  prepare::FieldWork work;
  work.name = options.name;
  work.unit = options.unit;
  work.units = [&](FieldId field) { return static_cast<double>(cells.cells_of(field)); };
  work.bytes = [&](FieldId field) {
    return crop_bytes(cells.cells_of(field), screen.channels.size(), settings.size);
  };
  work.prepare = [&](FieldId field, const prepare::Gain& gain, Claim& claim) -> prepare::Finish {
    if (options.kept && !options.kept->field_failed()[field])
      return [&, field](const prepare::Tick&) { writer.write(field, embedder.take(*options.kept, field)); };
    const auto image = reader.read_corrected(field, gain.get(), claim);
    if (!image) return {};
    return [&, field, crops = crop_field(*image, cells, field, settings)](const prepare::Tick& tick) {
      const auto features = embedder.encode(field, crops, tick);
      digest ? writer.write(field, digest->work(field, crops, features)) : writer.write(field, features);
    };
  };
  const auto passed = prepare::fill_rows(context, screen, cells, pass, writer, work,
                                         {files.failures, options.name, options.pass.max_failed_fields, 0});
  const auto not_finite = comm.sum(embedder.not_finite());
  if (not_finite > 0 && comm.root())
    context.log.warning(count_text(static_cast<std::uint64_t>(not_finite)) + " " + options.unit +
                        " have features that are not numbers: check the weights of the network");
  return {comm.sum(embedder.encoded()),
          comm.sum(embedder.kept()),
          passed.fields_done_before,
          passed.failures.size(),
          not_finite,
          context.clock.now_s() - start_s};
}

}  // namespace cytoscale::embed
