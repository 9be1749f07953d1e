// What `run` chains, from images to matched treatments, and what its options make of it.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/chain.hpp"

namespace cytoscale::pipeline {

struct ScreenChainOptions {
  std::filesystem::path output = "results";
  std::filesystem::path model = {};  // weights to use; empty: train them
  bool crop_store = false;           // write one, and train from it
  bool compare_untrained = false;    // embed and reduce with the untrained network too, and evaluate both
  bool explain = false;              // say why each stage would be done or skipped, and do nothing
  std::string until = {};            // the last stage; empty: all
  ImageDigest image_digest = ImageDigest::stat;
};

// illuminate, segment, crop, train, embed, reduce, embed-untrained, reduce-untrained, evaluate, report; `make` makes
// the job of a name.
std::vector<Stage> screen_stages(const std::function<std::unique_ptr<Job>(const std::string&)>& make);

// Gives the stages their places in OUTPUT, leaves out those that are not wanted, and resolves the others.
// Throws Error.
void arrange(Chain& chain, const ScreenChainOptions& options);

}  // namespace cytoscale::pipeline
