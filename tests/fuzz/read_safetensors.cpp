// Weights.
#include "core/system/files.hpp"
#include "store/safetensors.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {

using namespace cytoscale::store;

void read_safetensors_input(std::string_view input) {
  const auto path = scratch_file("input.safetensors", input);
  const SafeTensors header = read_safetensors_header(path);
  const SafeTensors whole = read_safetensors(path);
  if (whole.tensors.size() != header.tensors.size() || whole.metadata != read_safetensors_metadata(path))
    throw std::logic_error("the header alone tells other things than the whole file");
}

std::vector<Seed> safetensors_seeds() {
  const auto path = scratch_folder() / "seed.safetensors";
  SafeTensors tensors;
  write_safetensors(path, tensors);
  std::vector<Seed> seeds = {{"empty", read_file(path)}};
  tensors.metadata = {{"format", "pt"}, {"spec", R"({"layers":[1,2],"name":"x"})"}};
  tensors.tensors["conv.weight"] = {"F32", {2, 1, 3}, std::vector<std::byte>(24)};
  tensors.tensors["scalar"] = {"I64", {}, std::vector<std::byte>(8)};
  tensors.tensors["none"] = {"BF16", {0, 5}, {}};
  write_safetensors(path, tensors);
  seeds.push_back({"three", read_file(path)});
  return seeds;
}

}  // namespace cytoscale::fuzz
