// What an interrupted pass left: the journal's records, its recipe, and what records hold. An input is one
// letter that chooses which, then the bytes.
#include "store/rows/journal.hpp"

#include "../store/screen_support.hpp"
#include "core/system/files.hpp"
#include "store/illumination_file.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

namespace fs = std::filesystem;

const nlohmann::json recipe = {{"job", "segment"}, {"options", {{"seed", "1"}}}};

fs::path fresh_journal() {
  const fs::path output = scratch_folder() / "journal";
  fs::remove_all(output.string() + ".part");
  return output;
}

void read_journal(std::string_view note, std::string_view records) {
  const fs::path output = fresh_journal();
  fs::create_directories(output.string() + ".part");
  scratch_file("journal.part/recipe.json", note);
  scratch_file("journal.part/a.records", records);
  const auto alone = mpi::Communicator::self();
  store::Journal journal(alone, output, recipe, false);
  journal.each([](const store::Record& record) { store::unpack_cells(record.content); });
  journal.take();
}

std::string written_records(const std::string& content) {
  const fs::path output = fresh_journal();
  const auto alone = mpi::Communicator::self();
  store::Journal journal(alone, output, recipe, false);
  journal.write(3, content);
  journal.write_failed(FieldId(4));
  journal.checkpoint();
  for (const auto& entry : fs::directory_iterator(output.string() + ".part"))
    if (entry.path().extension() == ".records") return read_file(entry.path());
  throw std::logic_error("the journal has no records");
}

image::Illumination small_gain() {
  image::Illumination gain;
  gain.channels = 1;
  gain.height = 20;
  gain.width = 29;
  gain.step_px = 10;
  gain.gain.assign(6, 1.25f);
  return gain;
}

}  // namespace

void read_journal_input(std::string_view input) {
  if (input.empty()) return;
  const auto content = input.substr(1);
  if (input.front() == 'r') read_journal(recipe.dump(), content);
  if (input.front() == 'j') read_journal(content, "");
  if (input.front() == 'c') store::unpack_cells(std::string(content));
  if (input.front() == 'i') {
    const auto gain = store::unpack_illumination(std::string(content));
    if (gain.gain.size() != std::size_t(gain.channels) * gain.grid().pixels())
      throw std::logic_error("a gain that does not fit its grid");
  }
}

std::vector<Seed> journal_seeds() {
  const auto cells = store::pack_cells(store::cells_of_field(store::small_screen(1, 1, 2), FieldId(1)));
  return {{"records", "r" + written_records(cells)},
          {"recipe", "j" + recipe.dump()},
          {"cells", "c" + cells},
          {"illumination", "i" + store::pack_illumination(small_gain())}};
}

}  // namespace cytoscale::fuzz
