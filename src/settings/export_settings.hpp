// Options of export.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "exports/export_results.hpp"

namespace cytoscale::settings {

struct ExportSettings {
  std::filesystem::path output;
  exports::ExportFiles files;
  exports::ExportOptions options;
  int threads = 0;

  void declare(cli::OptionSet& set);
  void resolve();  // throws Error

 private:
  void declare_files(cli::OptionSet& set);
  void choose_results();
  cli::Paths written() const;
  std::vector<std::string> forms_{"csv"}, results_;  // in words
};

}  // namespace cytoscale::settings
