#include "embed/kept_features.hpp"

#include "core/error.hpp"
#include "mpi/agree.hpp"
#include "store/integrity/sealed_file.hpp"

namespace cytoscale::embed {
namespace {

bool is_whole(const std::filesystem::path& file, const store::Share& share) {
  store::SealedFile sealed(file);
  return sealed.sealed() && sealed.damage(share).empty();
}

// But for metadata.
bool are_alike(nlohmann::json one, nlohmann::json other) {
  if (!one.is_object() || !other.is_object()) return false;
  one.erase("metadata");
  other.erase("metadata");
  return one == other;
}

}  // namespace

std::optional<store::EmbeddingReader> kept_features(const mpi::Communicator& comm,
                                                    const std::filesystem::path& file,
                                                    const store::CellTable& cells,
                                                    const nlohmann::json& provenance) {
  std::optional<store::EmbeddingReader> reader;
  try {
    reader.emplace(file);
    if (!are_alike(reader->provenance(), provenance) ||
        !std::ranges::equal(reader->first_row(), cells.first_cell) ||
        !is_whole(file, {comm.rank(), comm.size()}))
      reader.reset();
  } catch (const Error&) {
    reader.reset();
  }
  if (comm.sum(reader ? 1 : 0) < comm.size()) reader.reset();
  mpi::stop_if_asked(comm);  // the look at the file ends early then
  return reader;
}

}  // namespace cytoscale::embed
