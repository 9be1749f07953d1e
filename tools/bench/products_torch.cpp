#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <memory>
#include <vector>

#include "core/threads/worker_pool.hpp"
#include "flops.hpp"

// Debian's LibTorch multiplies by an OpenBLAS that has threads of its own, whatever LibTorch is told; others
// have none.
extern "C" void openblas_set_num_threads(int count) __attribute__((weak));

namespace cytoscale::bench {

MatrixProducts torch_products(network::Precision precision, int threads, network::Device device) {
  const bool gpu = device == network::Device::cuda ||
                   (device == network::Device::automatic && torch::cuda::is_available());
  const int each = gpu ? 20 : 8;
  const std::int64_t side = gpu ? 8192 : 1024;
  const auto type = precision == network::Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  auto pool = std::make_shared<WorkerPool>(gpu ? 1 : threads, [] { at::set_num_threads(1); });
  const auto matrix = torch::zeros({side, side}, torch::dtype(type).device(gpu ? torch::kCUDA : torch::kCPU));
  const auto flop = 2.0 * static_cast<double>(side * side * side) * each * pool->size();
  return {"LibTorch", flop, [=] {
            pool->run(static_cast<std::size_t>(pool->size()), [&](std::size_t, int) {
              const c10::InferenceMode no_gradients;
              auto out = torch::empty_like(matrix);
              for (int k = 0; k < each; ++k) at::mm_out(out, matrix, matrix);
              if (gpu) torch::cuda::synchronize();
            });
          }};
}

}  // namespace cytoscale::bench
