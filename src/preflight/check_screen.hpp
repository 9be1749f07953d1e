// The job check: all that is wrong with a screen and a config, and who would do what, before cluster time is
// spent. Needs no MPI, computes nothing.
#pragma once
#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>

#include "core/findings.hpp"
#include "preflight/dry_run/dry_run.hpp"
#include "preflight/image_headers.hpp"
#include "preflight/stage_plan.hpp"
#include "screen/column_roles.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::preflight {

struct CheckOptions {
  std::filesystem::path output = ".";  // whose cells.h5 counts, where it is there
  screen::ManifestOptions manifest;
  screen::ColumnRoles roles;
  int ranks = 1;
  int threads = 0;  // that read headers; check_screen() needs at least one
  HeadersOf images = HeadersOf::all;
  double expected_cells = 150;  // per field, before segmentation
  DryRunOptions dry_run;
  std::filesystem::path plan;   // written where it is named: the plan and the problems, as JSON
  Chain chain;
  Findings found;  // in the config, before

  // Adds to the problems. `from`: where values stand (placed()).
  void validate_options(const std::map<std::string, std::string>& from = {});
};

// Prints the plan, then each problem and each note once. Throws Error where there are problems, not for
// notes; the plan is written before. Collective: no.
void check_screen(const CheckOptions& options, std::ostream& out);

}  // namespace cytoscale::preflight
