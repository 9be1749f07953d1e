#include "settings/chain_settings.hpp"

#include "settings/screen_settings.hpp"

namespace cytoscale::settings {

void declare_chain(cli::OptionSet& options, pipeline::ScreenChainOptions& chain) {
  declare_output(options, chain.output);
  options.group("Chain");
  options.add("model", chain.model, "use these weights (folder or .safetensors) instead of training")
      .value("PATH");
  options.add("crop-store", chain.crop_store, "write a crop store, and train from it");
  options.add("compare-untrained", chain.compare_untrained,
              "embed with the untrained network too, and show both");
  options.add("explain", chain.explain, "tell for each job why it is skipped or done, and do nothing")
      .resource();
  options.add("until", chain.until, "end the chain after this job").value("JOB").resource();
  options
      .add("image-digest", chain.image_digest,
           "what tells whether an image has changed: its size, time of change and inode, or its content")
      .resource();
}

screen::ManifestOptions manifest_of(const cli::OptionSet& options) {
  screen::ManifestOptions manifest;
  cli::OptionSet of_manifest;
  declare_manifest(of_manifest, manifest);
  of_manifest.take_from(options);
  return manifest;
}

}  // namespace cytoscale::settings
