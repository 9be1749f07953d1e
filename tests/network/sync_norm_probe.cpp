// For test_sync_norm.py: sync_norm_probe FOLDER N C H W, on any number of ranks. Reads input.f32 and
// output_gradient.f32 [N][C][H][W], weight.f32 and bias.f32 [C]; each rank takes its block of the cells
// through network::BatchNorm with NormMode::sync, twice. Writes output.<rank>.f32, input_gradient.<rank>.f32
// of the second pass, and weight_gradient.f32, bias_gradient.f32 (summed over ranks), running_mean.f32,
// running_var.f32.
#include <cstring>

#include "core/system/files.hpp"
#include "mpi/session.hpp"
#include "network/torch/layers_torch.hpp"
#include "screen/plan.hpp"

using namespace cytoscale;

namespace {

torch::Tensor read(const std::filesystem::path& path, const std::vector<std::int64_t>& shape) {
  const auto bytes = read_file(path);
  auto values = torch::empty(shape);
  TORCH_CHECK(values.nbytes() == bytes.size(), path.string());
  std::memcpy(values.data_ptr(), bytes.data(), bytes.size());
  return values;
}

void write(const std::filesystem::path& path, const torch::Tensor& tensor) {
  const auto values = tensor.detach().contiguous();
  write_file_atomically(path, {static_cast<const char*>(values.data_ptr()), values.nbytes()});
}

void probe(const mpi::Communicator& comm, const std::filesystem::path& folder,
           const std::vector<std::int64_t>& shape) {
  const auto block = screen::block_of(static_cast<std::size_t>(shape[0]), comm.rank(), comm.size());
  const auto first = static_cast<std::int64_t>(block.first), last = static_cast<std::int64_t>(block.last);
  auto context = std::make_shared<network::NormContext>();
  context->mode = network::NormMode::sync;
  context->ranks = comm.size();
  context->sum_over_ranks = [&](std::span<double> values) { comm.all_reduce(values, mpi::Reduction::sum); };
  network::BatchNorm norm(static_cast<int>(shape[1]), context);
  {
    torch::NoGradGuard no_grad;
    norm->weight.copy_(read(folder / "weight.f32", {shape[1]}));
    norm->bias.copy_(read(folder / "bias.f32", {shape[1]}));
  }
  const auto input = read(folder / "input.f32", shape).slice(0, first, last).clone().requires_grad_();
  const auto gradient = read(folder / "output_gradient.f32", shape).slice(0, first, last);
  torch::Tensor output;
  for (int pass = 0; pass < 2; ++pass) {
    input.mutable_grad() = norm->weight.mutable_grad() = norm->bias.mutable_grad() = torch::Tensor();
    output = norm(input);
    output.backward(gradient);
  }
  const auto rank = std::to_string(comm.rank());
  write(folder / ("output." + rank + ".f32"), output);
  write(folder / ("input_gradient." + rank + ".f32"), input.grad());
  for (const auto& [name, tensor] : {std::pair{"weight", norm->weight}, {"bias", norm->bias}}) {
    auto sum = tensor.grad().to(torch::kFloat64).contiguous();
    comm.all_reduce(std::span(sum.data_ptr<double>(), static_cast<std::size_t>(sum.numel())),
                    mpi::Reduction::sum);
    if (comm.root()) write(folder / (std::string(name) + "_gradient.f32"), sum.to(torch::kFloat32));
  }
  if (!comm.root()) return;
  write(folder / "running_mean.f32", norm->running_mean);
  write(folder / "running_var.f32", norm->running_var);
}

}  // namespace

int main(int argc, char** argv) {
  mpi::MpiSession session(argc, argv);
  std::vector<std::int64_t> shape;
  for (int i = 2; i < argc; ++i) shape.push_back(std::stoll(argv[i]));
  probe(session.world(), argv[1], shape);
  return 0;
}
