// Options of train.
#pragma once
#include <filesystem>

#include "cli/options.hpp"
#include "learn/run/train_screen.hpp"

namespace cytoscale::settings {

struct TrainSettings {
  std::filesystem::path output = ".", illumination, crops;  // as they are named; crops also "none"
  learn::ScreenTraining training;

  void declare(cli::OptionSet& options);
  void resolve();  // throws Error
  // The crop store that would be read now; empty: none. Single cells only.
  std::filesystem::path store() const;
  std::string masks() const;  // that would be read now: pattern of their names; empty: none
  // With the illumination and the crop store that root finds now. Collective: yes.
  learn::ScreenTraining at_hand(const mpi::Communicator& comm) const;

 private:
  void declare_files(cli::OptionSet& options);
  void declare_machine(cli::OptionSet& options);
};

}  // namespace cytoscale::settings
