// Options of localize.
#pragma once
#include "localize/localize_screen.hpp"
#include "settings/encoding_settings.hpp"

namespace cytoscale::settings {

struct LocalizeSettings : EncodeSettings {
  LocalizeSettings();
  localize::LocalizerOptions localizer;
  std::optional<localize::MaskKind> mask;
  std::filesystem::path scores;

  void declare(cli::OptionSet& options);
  void resolve();  // throws Error
  // With what EncodeSettings::at_hand() finds. Collective: yes.
  localize::ScreenLocalization at_hand(const mpi::Communicator& comm) const;

 private:
  void declare_evidence(cli::OptionSet& options);
  void declare_regions(cli::OptionSet& options);
  void declare_truth(cli::OptionSet& options);
};

}  // namespace cytoscale::settings
