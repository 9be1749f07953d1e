#include "embed/encode_screen.hpp"

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "embed/kept_features.hpp"
#include "embed/tiled_encoder.hpp"
#include "image/size_text.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "network/device.hpp"
#include "network/weights/model_file.hpp"
#include "prepare/field_reader.hpp"
#include "prepare/field_table.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::embed {
namespace {

std::unique_ptr<Encoder> make_encoder(const mpi::RunContext& context, const ScreenEncoding& encoding,
                                      const screen::Screen& screen, const store::CellTable& cells,
                                      int threads) {
  auto options = encoding.encoder;
  options.channels = static_cast<int>(screen.channels.size());
  options.threads = threads;
  options.local_rank = context.comm.node_rank();
  options.whole_fields = encoding.over_fields;
  if (encoding.over_fields) options.crop_size = size_of_fields(cells);
  return embed::make_encoder(options);
}

// Why the slower library computes on a CPU; empty: it does not, or was asked for.
std::string why_not_onednn(const ScreenEncoding& encoding, std::size_t channels) {
  auto options = encoding.encoder;
  options.channels = static_cast<int>(channels);
  const bool chosen = options.kind == EncoderKind::automatic && !options.classes && !encoding.over_fields &&
                      !network::is_pytorch_file(options.model);
  return chosen && !network::computes_on_gpu(options.device) ? beyond_onednn(options) : "";
}

nlohmann::json provenance_of(const ScreenEncoding& encoding, const screen::Screen& screen,
                             const Encoder& encoder, const nlohmann::json& options) {
  auto sources = encoding.sources;
  sources["illumination"] = encoding.files.illumination;
  sources["model"] = encoding.encoder.model;
  if (!encoding.over_fields) sources["cells"] = encoding.cells;
  auto provenance = store::make_provenance(encoding.job, options, screen.fingerprint(), sources);
  provenance["metadata"] = screen.metadata_fingerprint();
  provenance["encoder"] = encoder.description();
  return provenance;
}

}  // namespace

void check_layers(const EncoderOptions& options, std::size_t channels) {
  network::check_device(options.device);
  if (network::is_pytorch_file(options.model)) return;
  const int count = static_cast<int>(channels);
  const network::NetworkSpec own{options.architecture, count, 0};
  layers_of(options.model.empty()
                ? own
                : network::read_model(options.model, count, network::Contents::header).info.spec,
            options);
}

image::PictureSize size_of_fields(const store::CellTable& fields) {
  image::PictureSize size;
  for (FieldId f; f < fields.fields(); ++f) {
    const image::PictureSize own(fields.height[f], fields.width[f]);
    if (fields.failed[f] || own == size) continue;
    if (size != image::PictureSize())
      throw Error(
          "fields of " + image::size_text(size) + " and of " + image::size_text(own) + " in one screen",
          "manifest", "Do one size at a time: choose plates with --plates");
    size = own;
  }
  if (size == image::PictureSize())
    throw Error("no field can be read", "manifest", "See what `cytoscale check` says");
  return size;
}

EmbedResult encode_screen(const mpi::RunContext& context, const ScreenEncoding& asked,
                          const nlohmann::json& options) {
  auto encoding = asked;
  nlohmann::json provenance;
  std::unique_ptr<Encoder> encoder;
  std::string not_onednn;
  auto embed = encoding.embed;
  embed.name = encoding.job;
  embed.unit = encoding.over_fields ? "fields" : "cells";
  embed.pass.threads = mpi::threads_per_rank(context.comm, embed.pass.threads);
  const auto subject = prepare::read_screen_cells(
      context.comm, encoding.manifest, encoding.over_fields ? std::filesystem::path() : encoding.cells,
      {embed.pass.threads, embed.pass.field_timeout_s});
  const auto& screen = subject.screen;
  const auto& cells = subject.cells;
  mpi::together(context.comm, [&] {
    auto& model = encoding.encoder.model;
    if (!model.empty()) model = network::model_file_of(model);
    encoder = make_encoder(context, encoding, screen, cells, embed.pass.threads);
    not_onednn = why_not_onednn(encoding, screen.channels.size());
    embed.masks = prepare::masks_to_read(encoder->neighbors(), encoding.masks);
    provenance = provenance_of(encoding, screen, *encoder, options);
    if (encoding.ready) encoding.ready(screen, cells, *encoder, embed);
  });
  context.log.info(count_text(static_cast<std::uint64_t>(cells.cells())) + " " + embed.unit + ", " +
                   count_text(encoder->feature_names().size()) + " features, windows of " +
                   image::size_text(encoder->crop_size()) + ", rescaling " +
                   enum_name(encoder->rescaling().how) + (embed.masks.empty() ? "" : ", neighbors blanked") +
                   "; " + encoder->description());
  if (!not_onednn.empty()) context.log.info("LibTorch computes, not oneDNN: " + not_onednn);
  std::optional<store::EmbeddingReader> kept;
  if (encoding.keep_features) kept = kept_features(context.comm, encoding.files.output, cells, provenance);
  if (kept) embed.kept = &*kept;
  if (encoding.keep_features && !kept)
    context.log.info("features are computed: more than metadata has changed, or the file is not whole");
  return embed_screen(context, screen, cells, *encoder, embed, encoding.files, provenance);
}

}  // namespace cytoscale::embed
