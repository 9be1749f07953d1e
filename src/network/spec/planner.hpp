// What the plans of all architectures are put together with, and the families that have a file of their own.
#pragma once
#include <string>
#include <utility>

#include "network/spec/architectures.hpp"
#include "network/spec/forward_plan.hpp"

namespace cytoscale::network {

class Planner {
 public:
  void add(const Operation& operation) { plan_.operations.push_back(operation); }
  // Of the last operation.
  void layer(const std::string& name, LayerOutput::Of of = LayerOutput::Of::all, int first_patch = 1) {
    plan_.layers.push_back({name, last(), of, first_patch});
  }
  int last() const { return static_cast<int>(plan_.operations.size()) - 1; }
  int channels() const { return plan_.operations.back().to; }
  ForwardPlan take(const std::string& classifier) {
    plan_.classifier = classifier;
    return std::move(plan_);
  }

 protected:
  ForwardPlan plan_;
};

ForwardPlan plan_efficientnet(const Architecture& architecture, int channels);
ForwardPlan plan_transformer(const Architecture& architecture, int channels);

}  // namespace cytoscale::network
