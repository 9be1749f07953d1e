#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/system/files.hpp"
#include "image/io/png.hpp"
#include "page/cell_crops.hpp"
#include "page/dropped.hpp"
#include "page/html.hpp"
#include "page/make_page.hpp"
#include "page/well_grid.hpp"
#include "test_support.hpp"

namespace cytoscale::page {
namespace {

using testing::HasSubstr;

TEST(WellGrid, IsThePartThatIsUsed) {
  const WellGrid grid({"B02", "D05", "C03"});
  EXPECT_EQ(grid.rows, 3u);
  EXPECT_EQ(grid.columns, 4u);
  EXPECT_EQ(grid.at("C03"), 5u);
  EXPECT_TRUE(grid.edge("B03"));
  EXPECT_FALSE(grid.edge("C03"));
  EXPECT_THAT(grid.row_names(), testing::ElementsAre("B", "C", "D"));
  EXPECT_THAT(message_of([] { WellGrid({"pos 3"}); }), HasSubstr("'pos 3'"));
}

TEST(Html, BytesAsBase64) {
  EXPECT_EQ(data_uri("a/b", ""), "data:a/b;base64,");
  EXPECT_EQ(data_uri("a/b", "M"), "data:a/b;base64,TQ==");
  EXPECT_EQ(data_uri("a/b", "Ma"), "data:a/b;base64,TWE=");
  EXPECT_EQ(data_uri("a/b", "Man\xff"), "data:a/b;base64,TWFu/w==");
}

TEST(CellCrops, NucleiAreBlue) {
  EXPECT_EQ(channel_colors({"GFP", "DNA", "ER", "RNA"}, 1).legend, "DNA blue, GFP yellow, ER magenta");
  EXPECT_EQ(channel_colors({"DNA"}, 0).legend, "DNA white");
}

TEST(Page, NothingToShowIsAnError) {
  const auto folder = fresh_folder("page_of_nothing");
  EXPECT_THAT(message_of([&] { read_results(folder, folder / "metrics.json", {}); }),
              HasSubstr("no results to show"));
}

TEST(Page, FilesThatCannotBeReadAreToldOf) {
  const auto folder = fresh_folder("page_of_damaged");
  write_file_atomically(folder / "metrics.json", "{\"nsc\": 3");
  write_file_atomically(folder / "cells.h5", "no HDF5");
  write_file_atomically(folder / "profiles.h5ad", "no HDF5");
  make_folder(folder / "model");
  write_file_atomically(folder / "model" / "train_log.csv",
                        "step,loss,accuracy,validation_loss,validation_accuracy,seconds\n10,1.5,0.5,,,3\n");
  const auto page = make_page(read_results(folder, folder / "metrics.json", {}), {});
  EXPECT_THAT(page.html, HasSubstr("Ended at step 10"));
  EXPECT_THAT(page.left_out, testing::Contains(HasSubstr("Scores: ")));
  EXPECT_THAT(page.html, HasSubstr("metrics.json"));
}

TEST(Page, ScoresOfAnotherShapeAreLeftOut) {
  const auto folder = fresh_folder("page_of_odd_scores");
  write_file_atomically(folder / "metrics.json",
                        R"({"nsc": {"accuracy": "high"}, "confusion": [1], "sweep": 7})");
  const auto page = make_page(read_results(folder, folder / "metrics.json", {}), {});
  EXPECT_EQ(page.left_out.size(), 13u);
  EXPECT_THAT(page.html, HasSubstr("not as evaluate writes it"));
}

TEST(Page, OverlaysThatCannotBeReadAreToldOf) {
  const auto folder = fresh_folder("page_of_overlays");
  write_file_atomically(folder / "metrics.json", "{}");
  for (const auto* part : {"localization", "localization/overlays", "localization/locations"})
    make_folder(folder / part);
  const std::vector<std::uint8_t> pixels(3 * 4 * 6, 200);
  image::write_png(folder / "localization/overlays/many.png", 4, 6, 3, pixels);
  write_file_atomically(folder / "localization/locations/many.csv", "ObjectNumber\n1\n2\n");
  write_file_atomically(folder / "localization/overlays/bad.png", "\x89PNG\r\n\x1a\n");
  const auto page = make_page(read_results(folder, folder / "metrics.json", {}), {});
  EXPECT_THAT(page.html, HasSubstr("many: 2 regions"));
  EXPECT_THAT(page.html, HasSubstr("bad.png: the PNG"));
}

TEST(Dropped, AFieldLeftOutForTwoReasonsCountsOnce) {
  using prepare::DropReason;
  const auto gone = left_out_by_field({{1, DropReason::blurred, 0, 7, 0.1, 0.2},
                                       {1, DropReason::saturated, 1, 7, 0.3, 0.2},
                                       {2, DropReason::area, -1, 2, 5, 20},
                                       {2, DropReason::border, -1, 3, 1, 0}},
                                      3);
  ASSERT_EQ(gone.size(), 3u);
  EXPECT_EQ(gone[0].cells, 0);
  EXPECT_EQ(gone[1].cells, 7);
  EXPECT_THAT(gone[1].reasons, testing::ElementsAre("blurred", "saturated"));
  EXPECT_EQ(gone[2].cells, 5);
}

TEST(Dropped, ATableThatDoesNotFitIsRefused) {
  const auto problem = [](std::vector<std::string> row) {
    Results results;
    results.cells.read([] {
      store::CellTable cells;
      cells.channels = {"DNA"};
      return cells;
    });
    results.fields.read([] {
      return Table{{"Metadata_Plate", "Metadata_Well", "Metadata_Site"}, {{"P", "A01", "1"}}};
    });
    results.dropped.read([&] {
      return Table{{"Metadata_Plate", "Metadata_Well", "Metadata_Site", "reason", "channel", "cells", "value",
                    "threshold"},
                   {std::move(row)}};
    });
    return message_of([&] { dropped_of(results); });
  };
  EXPECT_EQ(problem({"P", "A01", "1", "outlying area", "", "2", "7.5", "8"}), "no error");
  EXPECT_THAT(problem({"P", "A02", "1", "border", "", "2", "1", "0"}), HasSubstr("of other fields"));
  EXPECT_THAT(problem({"P", "A01", "1", "ugly", "", "2", "1", "0"}), HasSubstr("'ugly'"));
  EXPECT_THAT(problem({"P", "A01", "1", "border", "", "two", "1", "0"}), HasSubstr("'two' is no number"));
  EXPECT_THAT(message_of([] { dropped_of(Results()); }), HasSubstr("not looked for"));
}

TEST(Page, OptionsAreJudged) {
  EXPECT_EQ(message_of([] { PageOptions().validate(); }), "no error");
  EXPECT_THAT(message_of([] { PageOptions{.cells = 5001}.validate(); }), HasSubstr("--report-cells"));
  EXPECT_THAT(message_of([] { PageOptions{.perplexity = 0}.validate(); }), HasSubstr("--perplexity"));
  EXPECT_THAT(message_of([] { PageOptions{.pixel_um = -1}.validate(); }), HasSubstr("--pixel-size"));
}

}  // namespace
}  // namespace cytoscale::page
