// Options of report.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "cli/options.hpp"
#include "page/make_page.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::settings {

struct ReportSettings {
  std::filesystem::path output = ".", metrics, page;
  bool required = true;  // a page that cannot be made is an error
  screen::ManifestOptions manifest;
  page::PageOptions options = {.threads = 0};

  void declare(cli::OptionSet& options);
  void resolve();  // throws Error
  // What of the folder is read, where it is there.
  cli::Paths sources() const;
  cli::Paths written() const;
  // Writes the page and the maps, these with the provenance; returns what was left out. Throws Error as
  // read_results(). Collective: no.
  std::vector<std::string> write(int threads, const std::map<std::string, nlohmann::json>& defaults,
                                 const nlohmann::json& provenance) const;
};

}  // namespace cytoscale::settings
