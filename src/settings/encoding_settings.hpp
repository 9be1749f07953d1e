// Options of embed and predict, and what localize shares with them.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "cli/options.hpp"
#include "embed/encode_screen.hpp"
#include "pipeline/job_base.hpp"

namespace cytoscale::settings {

// A network over pictures of a screen. What declares comes in groups, between which a job's own stand.
struct EncodeSettings {
  // `job`: e.g. "embed"; `file`: usual name of what is written, which also names its option.
  EncodeSettings(const std::string& job, std::string file);

  std::filesystem::path output = ".", model;
  embed::ScreenEncoding encoding;
  int crop_px = 0;  // side of the window around a cell

  void declare_files(cli::OptionSet& options, const std::string& what);
  cli::Option& declare_model(cli::OptionSet& options, const std::string& help);
  void declare_computing(cli::OptionSet& options);
  void declare_machine(cli::OptionSet& options);
  void resolve();  // throws Error
  bool is_untrained() const { return model == "untrained"; }
  std::filesystem::path weights() const;  // the file; empty: untrained
  std::string masks() const;              // that may be read: pattern of names; empty: none
  // With the model, and the illumination that root finds now. Collective: yes.
  embed::ScreenEncoding at_hand(const mpi::Communicator& comm) const;

 private:
  std::string file_;
};

struct EmbedSettings : EncodeSettings {
  EmbedSettings() : EncodeSettings("embed", "embeddings.h5ad") {}
  void declare(cli::OptionSet& options);
  // Throws Error: layers that the network does not have, also of one that is yet to be trained.
  void check(const pipeline::Outset& outset) const;
};

struct PredictSettings : EncodeSettings {
  PredictSettings();
  void declare(cli::OptionSet& options);
  void resolve();  // throws Error
};

}  // namespace cytoscale::settings
