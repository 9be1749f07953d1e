#include "localize/localize_screen.hpp"

#include <memory>

#include "core/system/files.hpp"
#include "mpi/agree.hpp"
#include "network/weights/model_file.hpp"

namespace cytoscale::localize {
namespace {

MaskKind usual_mask(const std::filesystem::path& model) {
  const auto header = network::read_model(model, 0, network::Contents::header);
  return network::pools_probabilities(header.info.spec.architecture) ? MaskKind::mrf : MaskKind::peaks;
}

// The labels that the encoder tells the probability of; evidence follows.
std::vector<std::string> labels_of(const embed::Encoder& encoder) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < encoder.feature_names().size() && encoder.feature_layers()[i] == "class"; ++i)
    labels.push_back(encoder.feature_names()[i]);
  return labels;
}

embed::FieldDigest digest_of(std::shared_ptr<const FieldLocalizer> localizer) {
  return {localizer->names(), localizer->layers(), [localizer](FieldId field, auto pictures, auto features) {
            return localizer->work(field, pictures, features);
          }};
}

}  // namespace

LocalizeResult localize_screen(const mpi::RunContext& context, const ScreenLocalization& localization,
                               const nlohmann::json& options) {
  auto encoding = localization.encoding;
  encoding.sources["truth_boxes"] = localization.localizer.truth_boxes;
  encoding.ready = [&](const screen::Screen& screen, const store::CellTable& fields,
                       const embed::Encoder& encoder, embed::EmbedOptions& embed) {
    auto mine = localization.localizer;
    mine.localize.mask = localization.mask ? *localization.mask : usual_mask(encoding.encoder.model);
    auto localizer = std::make_shared<FieldLocalizer>(screen, fields, labels_of(encoder), mine);
    for (const auto* folder : {"masks", "locations", "overlays"}) make_folder(mine.folder / folder);
    embed.digest = digest_of(std::move(localizer));
  };
  LocalizeResult result{embed::encode_screen(context, encoding, options), {}};
  mpi::on_root(context.comm, [&] {
    result.summary = localization_summary(encoding.files.output);
    write_file_atomically(localization.scores, result.summary.dump(2) + "\n");
  });
  return result;
}

}  // namespace cytoscale::localize
