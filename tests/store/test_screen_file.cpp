#include "store/screen_file.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "core/system/files.hpp"
#include "hdf5/file.hpp"
#include "mpi/agree.hpp"
#include "screen/packed_screen.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string text =
    "Metadata_Plate,Metadata_Well,Metadata_Site,Metadata_Compound,FileName_DNA,PathName_DNA,FileName_ER,"
    "Frame_ER,FileName_IllumDNA\n"
    "P2,A1,1,taxol,a.tif,x,b.tif,1,f2.npy\n"
    "P1,A10,2,,c.tif,y/z,./d.tif,2,f1.npy\n"
    "P1,A2,1,DMSO,/abs/e.tif,y,f.tif,1,f1.npy\n";

class ScreenFile : public testing::Test {
 protected:
  void SetUp() override {
    folder = fresh_folder("screen_file");
    options.manifest = folder / "screen.csv";
    options.kept = folder / "state" / "screen.h5";
    options.keep = true;
    mpi::on_root(world(), [&] { write_file_atomically(options.manifest, text); });
    std::this_thread::sleep_for(
        std::chrono::milliseconds(20));  // a file of just now may have been written since
  }
  void change(const fs::path& path, const std::string& to) {
    world().barrier();
    mpi::on_root(world(), [&] { write_file_atomically(path, to); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  // Root's last change of the file, to tell whether it was written anew.
  std::string written() {
    return world().broadcast(
        world().root() && fs::exists(options.kept)
            ? std::to_string(fs::last_write_time(options.kept).time_since_epoch().count())
            : std::string());
  }
  fs::path folder;
  screen::ManifestOptions options;
};

void expect_same(const screen::Screen& a, const screen::Screen& b) {
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_EQ(a.metadata_columns, b.metadata_columns);
  EXPECT_EQ(a.notes, b.notes);
  EXPECT_EQ(a.illumination, b.illumination);
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (std::size_t f = 0; f < a.fields.size(); ++f) {
    const auto one = a.fields[f], other = b.fields[f];
    EXPECT_EQ(one.plate + one.well + one.site, other.plate + other.well + other.site);
    EXPECT_EQ(one.metadata, other.metadata);
    EXPECT_EQ(one.images, other.images);
  }
  EXPECT_EQ(a.fingerprint(), b.fingerprint());
  EXPECT_EQ(a.metadata_fingerprint(), b.metadata_fingerprint());
}

TEST_F(ScreenFile, IsTheManifestsScreenOnAllRanksHoweverItIsOpened) {
  const auto read = screen::read_manifest(options);
  expect_same(open_screen(world(), options), read);  // parsed, and kept
  EXPECT_NE(written(), "");
  const auto first = written();
  const auto kept = open_screen(world(), options);  // from the file
  expect_same(kept, read);
  EXPECT_EQ(written(), first) << "parsed again";
  EXPECT_TRUE(kept.fields.digests());
  auto none = options;
  none.kept.clear();
  expect_same(open_screen(world(), none), read);
  auto changed = kept;
  const std::size_t two[] = {0, 2};
  changed.fields.pick(two);
  EXPECT_NE(changed.fingerprint(), read.fingerprint()) << "what is known of the fields is of these fields";
}

TEST_F(ScreenFile, IsMadeAnewWhereFilesOrOptionsHaveChanged) {
  open_screen(world(), options);
  const auto first = written();
  auto others = options;
  others.select = "Metadata_Plate=P1";
  EXPECT_EQ(open_screen(world(), others).fields.size(), 2u);
  const auto second = written();
  EXPECT_NE(second, first);
  auto more = text;
  more += "P3,A1,1,taxol,g.tif,x,h.tif,1,f3.npy\n";
  change(options.manifest, more);
  EXPECT_EQ(open_screen(world(), options).fields.size(), 4u);
  // A plate map counts, too.
  options.platemap = folder / "map.csv";
  change(options.platemap, "Metadata_Well,Dose\nA1,1\nA2,2\nA10,3\n");
  EXPECT_THAT(open_screen(world(), options).values("Metadata_Dose").texts(), ElementsAre("2", "3", "1", "1"));
  change(options.platemap, "Metadata_Well,Dose\nA1,5\nA2,2\nA10,3\n");
  EXPECT_THAT(open_screen(world(), options).values("Metadata_Dose").texts(), ElementsAre("2", "3", "5", "5"));
}

TEST_F(ScreenFile, ADamagedOneIsMadeAnew) {
  const auto read = screen::read_manifest(options);
  open_screen(world(), options);
  const auto whole = world().broadcast(world().root() ? std::to_string(fs::file_size(options.kept)) : "");
  for (const long at : {100L, 2000L, 4000L, std::stol(whole) - 60}) {
    world().barrier();
    mpi::on_root(world(), [&] {
      std::fstream file(options.kept, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(at);
      file << "damage";
    });
    expect_same(open_screen(world(), options), read);
  }
  world().barrier();
  mpi::on_root(world(), [&] { fs::resize_file(options.kept, 1000); });
  expect_same(open_screen(world(), options), read);
}

TEST_F(ScreenFile, IsReadButNotWrittenWhereItIsNotToBeKept) {
  options.keep = false;
  open_screen(world(), options);
  EXPECT_EQ(written(), "");
  options.keep = true;
  open_screen(world(), options);
  const auto first = written();
  options.keep = false;
  EXPECT_TRUE(open_screen(world(), options).fields.digests());
  change(options.manifest, text + "P3,A1,1,taxol,g.tif,x,h.tif,1,f3.npy\n");
  EXPECT_EQ(open_screen(world(), options).fields.size(), 4u);
  EXPECT_EQ(written(), first);
}

// A folder that the tables of compounds may come into.
TEST_F(ScreenFile, IsMadeAnewWhereAFolderItLookedForHasCome) {
  const auto maps = folder / "metadata" / "platemaps" / "batch";
  mpi::on_root(world(), [&] {
    make_folder(maps / "platemap");
    write_file_atomically(maps / "barcode_platemap.csv", "Assay_Plate_Barcode,Plate_Map_Name\nP1,m\nP2,m\n");
    write_file_atomically(maps / "platemap" / "m.txt",
                          "well_position\tbroad_sample\nA01\tS1\nA02\tS2\nA10\tS3\n");
  });
  options.platemap = maps;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto columns = open_screen(world(), options).metadata_columns;
  EXPECT_EQ(std::ranges::count(columns, "Metadata_pert_iname"), 0);
  EXPECT_NE(written(), "");
  world().barrier();
  mpi::on_root(world(), [&] {
    make_folder(folder / "metadata" / "external_metadata");
    write_file_atomically(folder / "metadata" / "external_metadata" / "c.tsv",
                          "broad_sample\tpert_iname\nS1\tone\nS2\ttwo\nS3\tthree\n");
  });
  const auto more = open_screen(world(), options).metadata_columns;
  EXPECT_EQ(std::ranges::count(more, "Metadata_pert_iname"), 1);
}

TEST_F(ScreenFile, WhatIsWrongWithTheManifestIsSaidByAllRanks) {
  change(options.manifest, text + "P1,A2,1,x,,y,b.tif,1,f1.npy\n");
  EXPECT_THAT(message_of([&] { open_screen(world(), options); }),
              HasSubstr("no file is named for channel DNA"));
}

// Parts that contradict the head are refused, not read beyond their ends.
TEST(PackedScreen, WrongPartsAreRefused) {
  screen::ManifestOptions options;
  options.manifest = fresh_folder("packed") / "screen.csv";
  mpi::on_root(world(), [&] { write_file_atomically(options.manifest, text); });
  const auto read = screen::read_manifest(options);
  const auto packed = screen::pack_screen(read);
  std::vector<std::span<const std::byte>> parts;
  for (const auto& part : packed.parts) parts.push_back(part.bytes);
  expect_same(screen::unpack_screen(packed.head, parts, nullptr, "f"), read);
  const auto sizes = screen::parts_of(packed.head, "f");
  ASSERT_EQ(sizes.size(), parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(sizes[i].part.name, packed.parts[i].name);
    EXPECT_EQ(sizes[i].count * screen::bytes_of(sizes[i].part.type), parts[i].size());
    if (parts[i].empty() || sizes[i].part.name.find("/plane") != std::string::npos) continue;
    auto cut = parts;
    cut[i] = cut[i].first(cut[i].size() / 2);
    EXPECT_THROW(screen::unpack_screen(packed.head, cut, nullptr, "f"), Error) << sizes[i].part.name;
  }
  auto few = parts;
  few.pop_back();
  EXPECT_THROW(screen::unpack_screen(packed.head, few, nullptr, "f"), Error);
  EXPECT_THROW(screen::unpack_screen("{}", parts, nullptr, "f"), Error);
  EXPECT_THROW(screen::parts_of("no json", "f"), Error);
}

}  // namespace
}  // namespace cytoscale::store
