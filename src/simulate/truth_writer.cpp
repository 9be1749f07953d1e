#include "simulate/truth_writer.hpp"

#include <cstdio>

#include "core/system/files.hpp"
#include "mpi/agree.hpp"

namespace cytoscale::simulate {

std::string decimals(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string body_text(const Table& table) {
  return csv_text(table).substr(csv_text({table.columns, {}}).size());
}

void write_rows(const mpi::Communicator& comm, const std::filesystem::path& path,
                std::vector<std::string> columns, const std::string& mine) {
  const auto parts = comm.gather(mine);
  mpi::on_root(comm, [&] {
    std::string text = csv_text({std::move(columns), {}});
    for (const auto& part : parts) text += part;
    write_file_atomically(path, text);
  });
}

}  // namespace cytoscale::simulate
