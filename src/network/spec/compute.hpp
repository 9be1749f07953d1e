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
  automatic,  // bf16 where the GPU or the processor multiplies it in hardware, else fp32
  fp32,
  tf32,  // GPUs: float32 whose products have 10 bits behind the point
  bf16,  // activations and convolutions; weights and sums stay float32
};

// Where crops are cut out of fields, rescaled and changed.
enum class PixelPlace {
  automatic,  // on the device where it is a GPU, else on the host
  host,
  device,
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
  static constexpr EnumName<network::Precision> all[] = {{network::Precision::automatic, "auto"},
                                                         {network::Precision::fp32, "fp32"},
                                                         {network::Precision::tf32, "tf32"},
                                                         {network::Precision::bf16, "bf16"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::network::PixelPlace> {
  static constexpr const char* what = "place for pixels";
  static constexpr EnumName<network::PixelPlace> all[] = {{network::PixelPlace::automatic, "auto"},
                                                          {network::PixelPlace::host, "host"},
                                                          {network::PixelPlace::device, "device"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::network::NormMode> {
  static constexpr const char* what = "way to get batch statistics";
  static constexpr EnumName<network::NormMode> all[] = {{network::NormMode::local, "local"},
                                                        {network::NormMode::frozen, "frozen"},
                                                        {network::NormMode::sync, "sync"}};
};
