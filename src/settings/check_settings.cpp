#include "settings/check_settings.hpp"

#include "settings/screen_settings.hpp"

namespace cytoscale::settings {

void declare_check(cli::OptionSet& options, preflight::CheckOptions& check) {
  declare_output(options, check.output);
  declare_manifest(options, check.manifest);
  declare_roles(options, check.roles);
  options.group("Plan");
  options.add("ranks", check.ranks, "ranks to plan for").resource();
  options.add("expected-cells", check.expected_cells, "cells per field to reckon with before segmentation");
  options.add("images", check.images, "which images are opened: all, or of each plate some").resource();
  options.add("plan", check.plan, "also write the plan and the problems to this file, as JSON").resource();
  auto& dry = check.dry_run;
  options.group("Dry run");
  options.add("simulate", dry.on, "also let a run on --ranks ranks pass in no time: how long each stage takes, "
                                  "what each rank reads and holds, and what would break first")
      .resource();
  options.add("simulate-fields", dry.fields,
              "of a screen of so many fields, whose plates are these again and again (0: this screen)")
      .value("N")
      .resource();
  options.add("rates", dry.rates,
              "folder of the results of a run whose times count (default: usual ones, of one core a rank)")
      .value("DIR")
      .resource();
  options.add("ranks-per-node", dry.ranks_per_node, "ranks that share a node's memory").resource();
  options.add("expected-features", dry.features, "features of a cell").resource();
  options.add("node-memory", dry.node_memory_GB, "of a node, in GB").value("GB").resource();
  options.add("field-spread", dry.spread, "how much the times of fields differ: standard deviation over mean")
      .value("X")
      .resource();
  options.group("Machine");
  options.add("threads", check.threads, "threads that read image headers (0: all processors)").resource();
}

}  // namespace cytoscale::settings
