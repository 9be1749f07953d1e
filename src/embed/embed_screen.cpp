#include "embed/embed_screen.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "embed/crop_stream.hpp"
#include "mpi/agree.hpp"
#include "mpi/node/node_arrays.hpp"
#include "prepare/fill_rows.hpp"

namespace cytoscale::embed {
namespace {

void check_channels(const screen::Screen& screen, const Encoder& encoder) {
  if (static_cast<std::size_t>(encoder.channels()) == screen.channels.size()) return;
  throw Error("the network takes " + std::to_string(encoder.channels()) + " channels, the screen has " +
                  std::to_string(screen.channels.size()),
              "embed", "Choose --channels, or a model trained on these");
}

// Writes what is known of fields, and counts.
class Rows {
 public:
  Rows(const store::CellTable& cells, store::EmbeddingWriter& writer,
       const std::optional<FieldDigest>& digest)
      : cells_(cells), writer_(writer), digest_(digest) {}

  void write(FieldId field, std::span<const float> pictures, std::span<const float> features) {
    encoded_ += cells_.cells_of(field);
    count_not_finite(field, features);
    if (digest_)
      writer_.write(field, digest_->work(field, pictures, features));
    else
      writer_.write(field, features);
  }
  // The features of an earlier file.
  void take(const store::EmbeddingReader& kept, FieldId field) {
    const auto count = cells_.cells_of(field);
    std::vector<float> features(static_cast<std::size_t>(count) * kept.features());
    kept.read_rows(cells_.first_cell[field], count, features);
    kept_ += count;
    count_not_finite(field, features);
    writer_.write(field, features);
  }
  std::int64_t encoded() const { return encoded_; }
  std::int64_t kept() const { return kept_; }
  std::int64_t not_finite() const { return not_finite_; }

 private:
  void count_not_finite(FieldId field, std::span<const float> features) {
    const auto width = features.size() / static_cast<std::size_t>(cells_.cells_of(field));
    for (std::size_t at = 0; at < features.size(); at += width) {
      const auto row = features.subspan(at, width);
      not_finite_ += std::any_of(row.begin(), row.end(), [](float value) { return !std::isfinite(value); });
    }
  }

  const store::CellTable& cells_;
  store::EmbeddingWriter& writer_;
  const std::optional<FieldDigest>& digest_;
  std::int64_t encoded_ = 0, kept_ = 0, not_finite_ = 0;
};

std::unique_ptr<FeatureStream> make_stream(const screen::Screen& screen, const store::CellTable& cells,
                                           const std::string& masks, const screen::FieldGroups& groups,
                                           Encoder& encoder, const FeatureStream::Done& done) {
  const TilePlaces places(cells, groups, encoder.tile());
  auto stream = encoder.field_stream(screen, cells, masks, places, done);
  if (stream) return stream;
  return std::make_unique<CropStream>(screen, cells, masks, places, encoder, done);
}

// As rank 0 finds them, on each node once.
screen::FieldGroups shared_groups(const mpi::Communicator& comm, const screen::Screen& screen,
                                  const store::CellTable& cells, std::size_t tile) {
  screen::FieldGroups groups;
  mpi::on_root(comm, [&] { groups = groups_for_tiles(screen, cells, tile); });
  auto listed = mpi::array_on_each_node(comm, groups.listed().span());
  if (listed.empty()) return screen::FieldGroups(screen.fields.size());
  return listed;
}

bool has_failed_fields(const store::EmbeddingReader& kept) {
  const auto& failed = kept.field_failed();
  return std::find_if(failed.begin(), failed.end(), [](auto flag) { return flag != 0; }) != failed.end();
}

}  // namespace

EmbedResult embed_screen(const mpi::RunContext& context, const screen::Screen& screen,
                         const store::CellTable& cells, Encoder& encoder, const EmbedOptions& options,
                         const prepare::FieldFiles& files, const nlohmann::json& provenance) {
  const auto& comm = context.comm;
  const double start_s = context.clock.now_s();
  mpi::together(comm, [&] {
    options.pass.validate();
    check_channels(screen, encoder);
  });
  const bool reads_images = !options.kept || has_failed_fields(*options.kept);
  prepare::FieldPass pass(context, screen, options.pass, reads_images ? files.illumination : "");
  const auto& digest = options.digest;
  const store::EmbeddingLayout layout{digest ? digest->names : encoder.feature_names(),
                                      digest ? digest->layers : encoder.feature_layers(), options.float16,
                                      provenance, options.overwrite};
  store::EmbeddingWriter writer(comm, files.output, screen, cells, layout);
  Rows rows(cells, writer, digest);
  const auto groups = shared_groups(comm, screen, cells, encoder.tile());
  std::unique_ptr<FeatureStream> stream;
  mpi::together(comm, [&] {
    stream = make_stream(
        screen, cells, options.masks, groups, encoder,
        [&](FieldId field, auto pictures, auto features) { rows.write(field, pictures, features); });
  });
  prepare::FieldWork work;
  work.name = options.name;
  work.unit = options.unit;
  work.units = [&](FieldId field) { return static_cast<double>(cells.cells_of(field)); };
  work.groups = groups;
  work.bytes = [&](FieldId field) { return stream->bytes(field); };
  work.prepare = [&](FieldId field, const prepare::Gain& gain, Claim& claim) -> prepare::Finish {
    if (options.kept && !options.kept->field_failed()[field])
      return [&, field](const prepare::Tick&) { rows.take(*options.kept, field); };
    const auto prepared = stream->prepare(field, gain, claim);
    if (!prepared) return {};
    return [&, field, prepared](const prepare::Tick& tick) { stream->take(field, prepared, tick); };
  };
  work.settle = [&](const prepare::Tick& tick) { stream->settle(tick); };
  const auto passed = prepare::fill_rows(context, screen, cells, pass, writer, work,
                                         {files.failures, options.name, options.pass.max_failed_fields, 0});
  const auto not_finite = comm.sum(rows.not_finite());
  if (not_finite > 0 && comm.root())
    context.log.warning(count_text(static_cast<std::uint64_t>(not_finite)) + " " + options.unit +
                        " have features that are not numbers: check the weights of the network");
  return {comm.sum(rows.encoded()),
          comm.sum(rows.kept()),
          passed.fields_done_before,
          passed.failures.size(),
          not_finite,
          context.clock.now_s() - start_s};
}

}  // namespace cytoscale::embed
