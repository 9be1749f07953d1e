// How a network computes, in words that need no LibTorch.
#pragma once
#include "core/enum_names.hpp"

namespace cytoscale::network {

enum class Device {
  automatic,  // a GPU where there is one
  cpu,
  cuda,
};

enum class Precision {
  fp32,
  bf16,  // activations and convolutions; weights and sums stay float32
};

// How batch normalization gets its statistics while training.
enum class NormMode {
  local,   // of the cells that pass together
  frozen,  // the stored ones, as in inference; scale and shift still learn
  sync,    // of the batch over all ranks
};

}  // namespace cytoscale::network

template <>
struct cytoscale::EnumNames<cytoscale::network::Device> {
  static constexpr const char* what = "device";
  static constexpr EnumName<network::Device> all[] = {
      {network::Device::automatic, "auto"}, {network::Device::cpu, "cpu"}, {network::Device::cuda, "cuda"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::network::Precision> {
  static constexpr const char* what = "precision";
  static constexpr EnumName<network::Precision> all[] = {{network::Precision::fp32, "fp32"},
                                                         {network::Precision::bf16, "bf16"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::network::NormMode> {
  static constexpr const char* what = "way to get batch statistics";
  static constexpr EnumName<network::NormMode> all[] = {{network::NormMode::local, "local"},
                                                        {network::NormMode::frozen, "frozen"},
                                                        {network::NormMode::sync, "sync"}};
};
