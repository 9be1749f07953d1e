#include "embed/kept_features.hpp"

#include "core/error.hpp"
#include "store/integrity/sealed_file.hpp"

namespace cytoscale::embed {

std::optional<store::EmbeddingReader> kept_features(const mpi::Communicator& comm,
                                                    const std::filesystem::path& file,
                                                    const nlohmann::json& provenance) {
  std::optional<store::EmbeddingReader> reader;
  try {
    reader.emplace(file);
    auto before = reader->provenance(), now = provenance;
    before.erase("metadata");
    now.erase("metadata");
    store::SealedFile sealed(file);
    const bool whole = sealed.sealed() && sealed.damage({comm.rank(), comm.size()}).empty();
    if (before != now || !whole) reader.reset();
  } catch (const Error&) {
    reader.reset();
  }
  if (comm.sum(reader ? 1 : 0) < comm.size()) reader.reset();
  return reader;
}

}  // namespace cytoscale::embed
