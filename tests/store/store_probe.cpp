// store_probe write-anndata FILE | read-anndata FILE | write-cells FILE | write-tensors FILE: for the Python
// tests.
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>

#include "core/error.hpp"
#include "embedding_support.hpp"
#include "store/anndata/anndata.hpp"
#include "store/rows/crop_store.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::store {
namespace {

void write_example(const std::string& path) {
  AnnData data;
  data.rows = 3;
  data.vars = 2;
  data.x = {1, 2.5, -3, 4, 0.1, 6};
  data.obs.columns = {"Metadata_Plate", "Metadata_Concentration", "cells"};
  data.obs.rows = {{"P1", "0.3", "10"}, {"", "10", "20"}, {"Ångström", "", "30"}};
  data.numeric_columns = {"Metadata_Concentration", "cells"};
  data.obs_names = {"a", "b", "c"};
  data.var_names = {"f_0", "f_1"};
  data.var.columns = {"layer"};
  data.var.rows = {{"conv1"}, {"conv2a"}};
  data.uns = {
      {"text", "x"}, {"number", 2.5}, {"yes", true}, {"names", {"p", "q"}}, {"below", {{"deeper", 7}}}};
  write_anndata(path, data, true);
}

void print_anndata(const std::string& path) {
  const AnnData data = read_anndata(path);
  const nlohmann::json content = {{"x", data.x},
                                  {"obs_columns", data.obs.columns},
                                  {"obs", data.obs.rows},
                                  {"obs_names", data.obs_names},
                                  {"var_names", data.var_names},
                                  {"var_columns", data.var.columns},
                                  {"var", data.var.rows},
                                  {"numeric", data.numeric_columns},
                                  {"uns", data.uns}};
  std::printf("%s\n", content.dump().c_str());
}

void write_cells(const std::string& path) {
  const screen::Screen screen = small_screen(2, 3, 2);
  std::vector<FieldCells> all;
  for (FieldId f; f < screen.fields.size(); ++f) all.push_back(cells_of_field(screen, f));
  write_cell_table(mpi::Communicator::self(), path, screen, all, {{"job", "segment"}});
}

void write_tensors(const std::string& path) {
  SafeTensors tensors;
  const float values[6] = {1, 2, 3, 4, 5, 6};
  tensors.tensors["w"] = {"F32", {2, 3}, std::vector<std::byte>(sizeof values)};
  std::memcpy(tensors.tensors["w"].bytes.data(), values, sizeof values);
  tensors.tensors["n"] = {"I64", {}, std::vector<std::byte>(8)};
  tensors.metadata = {{"architecture", "resnet18"}};
  write_safetensors(path, tensors);
}

void write_embeddings(const std::string& path, bool float16) {
  const screen::Screen screen = small_screen(2, 3, 2);
  const CellTable cells = table_of(screen);
  EmbeddingLayout layout = small_layout();
  layout.float16 = float16;
  const auto comm = mpi::Communicator::self();
  EmbeddingWriter writer(comm, path, screen, cells, layout);
  for (FieldId f; f < screen.fields.size(); ++f) {
    if (!writer.done(f)) write_field(writer, cells, f, failed_field);
  }
  writer.close();
}

// Codes 7 · cell + channel + pixel, stretched by a scale of each cell.
void write_crops(const std::string& path, int bits) {
  const screen::Screen screen = small_screen(2, 3, 2);
  const CellTable cells = table_of(screen);
  const auto comm = mpi::Communicator::self();
  CropStoreWriter writer(comm, path, screen, cells, {4, bits, {{"job", "crop"}}});
  for (FieldId f; f < screen.fields.size(); ++f) {
    if (writer.done(f)) continue;
    if (f == failed_field) {
      writer.write_failed(f);
      continue;
    }
    CellWindows windows;
    for (auto cell = cells.first_cell[f]; cell < cells.first_cell[f + 1]; ++cell) {
      for (int c = 0; c < 2; ++c) {
        for (int i = 0; i < 16; ++i) {
          const auto code = static_cast<int>(cell) * 7 + 3 * c + i;
          if (bits == 8)
            windows.codes8.push_back(static_cast<std::uint8_t>(code % 256));
          else
            windows.codes16.push_back(static_cast<std::uint16_t>(code * 50));
        }
        windows.scaling.push_back(static_cast<float>(-c));
        windows.scaling.push_back(0.5f * static_cast<float>(cell + 1));
      }
    }
    writer.write(f, windows);
  }
  writer.close();
}

int run(const std::string& what, const std::string& path) {
  const std::map<std::string, std::function<void(const std::string&)>> actions = {
      {"write-anndata", write_example},
      {"read-anndata", print_anndata},
      {"write-cells", write_cells},
      {"write-tensors", write_tensors},
      {"write-crops", [](const std::string& file) { write_crops(file, 16); }},
      {"write-crops8", [](const std::string& file) { write_crops(file, 8); }},
      {"write-embeddings", [](const std::string& file) { write_embeddings(file, false); }},
      {"write-embeddings16", [](const std::string& file) { write_embeddings(file, true); }}};
  try {
    actions.at(what)(path);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return exit_input_error;
  }
  return 0;
}

}  // namespace
}  // namespace cytoscale::store

int main(int argc, char** argv) {
  return argc == 3 ? cytoscale::store::run(argv[1], argv[2]) : 1;
}
