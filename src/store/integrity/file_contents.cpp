#include "store/integrity/file_contents.hpp"

#include <nlohmann/json.hpp>

#include "hdf5/file.hpp"
#include "store/anndata/anndata_element.hpp"
#include "store/rows/resumable_field_file.hpp"

namespace cytoscale::store {
namespace {

constexpr const char* uns = "uns/cytoscale";

// AnnData's: as JSON text in "provenance" (rows of cells), or itself (profiles).
nlohmann::json provenance_in_uns(const hdf5::Group& root) {
  const auto value = read_uns(root.group("uns"), "cytoscale");
  const auto text = value.is_object() ? value.value("provenance", nlohmann::json()) : nlohmann::json();
  return text.is_string() ? nlohmann::json::parse(text.get<std::string>(), nullptr, false) : value;
}

void count_states(const std::vector<std::uint8_t>& states, FileContents& contents) {
  contents.by_field = true;
  contents.fields = states.size();
  for (const auto state : states) {
    contents.pending += state == static_cast<std::uint8_t>(FieldState::pending);
    contents.failed += state == static_cast<std::uint8_t>(FieldState::failed);
    contents.unknown += state > static_cast<std::uint8_t>(FieldState::failed);
  }
}

}  // namespace

FileContents contents_of_hdf5(const std::filesystem::path& path) {
  const hdf5::File file = hdf5::File::open(path, hdf5::File::Access::read);
  const hdf5::Group& root = file.root();
  FileContents contents;
  const bool in_uns = root.contains(uns);
  contents.ours = in_uns || (root.has_attribute("format") && root.has_attribute("provenance"));
  if (!contents.ours) return contents;
  const std::string ledger = in_uns ? std::string(uns) + "/field_state" : "field_state";
  if (root.contains(ledger)) {
    count_states(root.dataset(ledger).read_all<std::uint8_t>(), contents);
  } else if (root.contains("fields/failed")) {  // cells.h5 is written when all fields are known
    auto states = root.dataset("fields/failed").read_all<std::uint8_t>();
    for (auto& state : states) ++state;
    count_states(states, contents);
  }
  return contents;
}

bool has_provenance(const std::filesystem::path& path) {
  const hdf5::File file = hdf5::File::open(path, hdf5::File::Access::read);
  const hdf5::Group& root = file.root();
  const auto provenance = root.contains(uns)
                              ? provenance_in_uns(root)
                              : nlohmann::json::parse(root.text_attribute("provenance", ""), nullptr, false);
  return provenance.is_object() && provenance.contains("job");
}

}  // namespace cytoscale::store
