// The features are those of the crops, and the file does not depend on ranks, threads or memory.
#include "embed/embed_screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "embed/kept_features.hpp"
#include "embed/tile_places.hpp"
#include "embed_support.hpp"
#include "mpi/agree.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::embed {
namespace {

// The mean over a window, by hand: zero outside the field.
double window_mean(FieldId field, std::size_t channel, float y, float x) {
  const int top = static_cast<int>(std::lround(y)) - prepare::test_crop_px / 2,
            left = static_cast<int>(std::lround(x)) - prepare::test_crop_px / 2;
  double sum = 0;
  for (int row = top; row < top + prepare::test_crop_px; ++row) {
    for (int column = left; column < left + prepare::test_crop_px; ++column) {
      const bool inside = row >= 0 && column >= 0 && row < prepare::field_px && column < prepare::field_px;
      if (inside) sum += prepare::pixel_of(field, channel, row, column);
    }
  }
  return sum / (prepare::test_crop_px * prepare::test_crop_px);
}

TEST(EmbedScreen, FeaturesAreThoseOfTheCrops) {
  const auto folder = fresh_folder("features");
  const screen::Screen screen = prepare::screen_with_images(folder, 2, 3);
  const store::CellTable cells = prepare::cells_for(screen);
  StatisticsEncoder encoder;
  const auto result =
      embed_with(world(), screen, cells, encoder, {}, {folder / "e.h5ad", "", folder / "failures.csv"});
  EXPECT_EQ(result.cells, cells.cells());
  EXPECT_EQ(result.failed_fields, 0u);
  EXPECT_TRUE(read_csv(folder / "failures.csv").rows.empty());
  EXPECT_FALSE(std::filesystem::exists(folder / "failures"));
  const store::EmbeddingReader reader(folder / "e.h5ad");
  std::vector<float> rows(static_cast<std::size_t>(cells.cells()) * 4);
  reader.read_rows(0, cells.cells(), rows);
  for (FieldId f; f < screen.fields.size(); ++f) {
    for (auto cell = static_cast<std::size_t>(cells.first_cell[f]);
         cell < static_cast<std::size_t>(cells.first_cell[f + 1]); ++cell) {
      EXPECT_NEAR(rows[4 * cell], window_mean(f, 0, cells.y[cell], cells.x[cell]), 1e-3);
      EXPECT_NEAR(rows[4 * cell + 2], window_mean(f, 1, cells.y[cell], cells.x[cell]), 1e-3);
    }
  }
}

TEST(EmbedScreen, SameBytesForAnyRanksThreadsAndMemory) {
  const auto folder = fresh_folder("bytes");
  const screen::Screen screen = prepare::screen_with_images(folder, 2, 3);
  const store::CellTable cells = prepare::cells_for(screen);
  const auto embedded = [&](const mpi::Communicator& comm, const std::string& name,
                            const EmbedOptions& options) {
    StatisticsEncoder encoder;
    embed_with(comm, screen, cells, encoder, options, {folder / name, "", folder / "failures.csv"});
    return read_file(folder / name);
  };
  const std::string own = std::to_string(world().rank());
  const std::string alone = embedded(mpi::Communicator::self(), "alone" + own, {});
  EmbedOptions other;
  other.pass.threads = 3;
  other.pass.queue_memory_mib = 1;
  other.pass.checkpoint_s = 0;
  EXPECT_TRUE(embedded(world(), "all", {}) == alone);
  EXPECT_TRUE(embedded(world(), "other", other) == alone);
  other.float16 = true;
  const std::string half = embedded(mpi::Communicator::self(), "half" + own, other);
  EXPECT_TRUE(embedded(world(), "halves", other) == half);
  EXPECT_FALSE(half == alone);
}

// Only metadata has changed: the file is that of a run from nothing, though no image is there any more.
TEST(EmbedScreen, KeptFeaturesAreThoseThatAreThere) {
  const auto folder = fresh_folder("kept"), file = folder / "e.h5ad";
  screen::Screen screen = prepare::screen_with_images(folder, 2, 3);
  const store::CellTable cells = prepare::cells_for(screen);
  const auto embed = [&](const std::filesystem::path& to, const EmbedOptions& options) {
    StatisticsEncoder encoder;
    embed_with(world(), screen, cells, encoder, options, {to, "", folder / "failures.csv"});
    return encoder.cells_encoded.load();
  };
  embed(file, {});
  screen.fields.change([](FieldId, screen::Field& field) { field.metadata.back() = "corrected"; });
  embed(folder / "anew.h5ad", {});
  mpi::on_root(world(), [&] {
    for (const auto& field : screen.fields)
      for (const auto& image : field.images) std::filesystem::remove(image.path);
  });
  EXPECT_FALSE(kept_features(world(), file, cells, {{"job", "embed"}, {"options", "others"}}));
  EXPECT_FALSE(kept_features(world(), folder / "absent.h5ad", cells, {{"job", "embed"}}));
  const auto kept = kept_features(world(), file, cells, {{"job", "embed"}, {"metadata", "another"}});
  ASSERT_TRUE(kept);
  EmbedOptions options;
  options.kept = &*kept;
  EXPECT_EQ(embed(file, options), 0u);
  EXPECT_TRUE(read_file(file) == read_file(folder / "anew.h5ad"));
  world().barrier();
  mpi::on_root(world(), [&] {
    auto bytes = read_file(file);
    bytes[bytes.size() / 2] ^= 1;
    write_file_atomically(file, bytes);
  });
  EXPECT_FALSE(kept_features(world(), file, cells, {{"job", "embed"}})) << "damaged";
}

// Where a cell stands in its tile is the same for any number of ranks, and beside a field that is not there.
TEST(EmbedScreen, PlacesInTilesDependOnTheCellTableAlone) {
  const auto folder = fresh_folder("places");
  const screen::Screen screen = prepare::screen_with_images(folder, 2, 3);
  const store::CellTable cells = prepare::cells_for(screen);
  const auto places = [&](const mpi::Communicator& comm, const std::filesystem::path& file) {
    StatisticsEncoder encoder;
    encoder.keeps_places = true;
    EmbedOptions options;
    options.pass.max_failed_fields = "1";
    embed_with(comm, screen, cells, encoder, options, {file, "", folder / "failures.csv"});
    const store::EmbeddingReader reader(file);
    std::vector<float> rows(static_cast<std::size_t>(cells.cells()) * 4), first;
    reader.read_rows(0, cells.cells(), rows);
    for (std::size_t i = 0; i < rows.size(); i += 4) first.push_back(rows[i]);
    return first;
  };
  const auto alone = places(mpi::Communicator::self(), folder / ("alone" + std::to_string(world().rank())));
  EXPECT_EQ(places(world(), folder / "all"), alone);
  const TilePlaces expected(cells, groups_for_tiles(screen, cells, 2), 2);
  for (FieldId f; f < screen.fields.size(); ++f)
    for (const auto& part : expected.parts_of(f))
      for (std::size_t i = 0; i < part.count; ++i)
        EXPECT_EQ(alone[static_cast<std::size_t>(cells.first_cell[f]) + part.first + i],
                  static_cast<float>(part.place + i));
  world().barrier();
  if (world().root()) std::filesystem::remove(screen.fields[4].images[0].path);
  world().barrier();
  const auto without = places(world(), folder / "without");
  for (std::size_t cell = 0; cell < alone.size(); ++cell) {
    const auto at = static_cast<std::int64_t>(cell);
    if (at >= cells.first_cell[4] && at < cells.first_cell[5]) continue;
    EXPECT_EQ(without[cell], alone[cell]) << cell;
  }
}

TEST(EmbedScreen, RanksWithoutFields) {
  const auto folder = fresh_folder("few_fields");
  screen::Screen screen = prepare::screen_with_images(folder, 1, 1);
  const std::size_t first[] = {0};
  screen.fields.pick(first);
  const store::CellTable cells = prepare::cells_for(screen);
  StatisticsEncoder encoder;
  const auto result =
      embed_with(world(), screen, cells, encoder, {}, {folder / "e.h5ad", "", folder / "failures.csv"});
  EXPECT_EQ(result.cells, 3);
  EXPECT_EQ(store::EmbeddingReader(folder / "e.h5ad").rows(), 3);
}

TEST(EmbedScreen, IlluminationIsDividedOut) {
  const auto folder = fresh_folder("illuminated");
  const screen::Screen screen = prepare::screen_with_images(folder, 2, 2);
  const store::CellTable cells = prepare::cells_for(screen);
  mpi::on_root(world(), [&] {
    store::IlluminationWriter writer(folder / "i.h5", screen, {});
    for (const auto& plate : screen::plates_of(screen)) {
      image::Illumination gain{
          2, prepare::field_px, prepare::field_px,
          std::vector<float>(2 * prepare::field_px * prepare::field_px, plate.plate == "P1" ? 2 : 4)};
      writer.add(plate.plate, gain);
    }
    writer.commit();
  });
  const auto rows_of = [&](const std::string& name, const std::filesystem::path& illumination) {
    StatisticsEncoder encoder;
    embed_with(world(), screen, cells, encoder, {}, {folder / name, illumination, folder / "failures.csv"});
    const store::EmbeddingReader reader(folder / name);
    std::vector<float> rows(static_cast<std::size_t>(cells.cells()) * 4);
    reader.read_rows(0, cells.cells(), rows);
    return rows;
  };
  const auto plain = rows_of("plain", ""), corrected = rows_of("corrected", folder / "i.h5");
  const auto second_plate = static_cast<std::size_t>(cells.first_cell[4]) * 4;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_NEAR(corrected[i], plain[i] / (i < second_plate ? 2 : 4), 1e-3);
  }
}

}  // namespace
}  // namespace cytoscale::embed
