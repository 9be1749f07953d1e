// Where a network sees a label in the fields of a screen, from files to files.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "embed/encode_screen.hpp"
#include "localize/field_localizer.hpp"

namespace cytoscale::localize {

struct ScreenLocalization {
  embed::ScreenEncoding encoding;  // of classes and evidence, over fields
  LocalizerOptions localizer;
  std::optional<MaskKind> mask;  // none: as is usual for the network: mrf for mil_cnn, else peaks
  std::filesystem::path scores;  // written: localization_summary()
};

struct LocalizeResult {
  embed::EmbedResult fields;
  nlohmann::json summary;  // on root
};

// As embed::encode_screen(); the files of each field as FieldLocalizer. Throws the same Error on all ranks.
// Collective: yes.
LocalizeResult localize_screen(const mpi::RunContext& context, const ScreenLocalization& localization,
                               const nlohmann::json& options);

}  // namespace cytoscale::localize
