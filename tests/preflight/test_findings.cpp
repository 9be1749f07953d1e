#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "painted_screen.hpp"
#include "preflight/column_findings.hpp"
#include "preflight/image_findings.hpp"

namespace cytoscale::preflight {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> problems_of(const screen::Screen& screen) {
  return image_findings(screen, read_headers(std::make_shared<const screen::Screen>(screen), 2)).problems;
}

TEST(ImageFindings, NoneWhereAllIsRight) {
  const auto screen = screen_in(painted_screen("right"));
  const auto headers = read_headers(std::make_shared<const screen::Screen>(screen), 3);
  EXPECT_THAT(image_findings(screen, headers).problems, IsEmpty());
  ASSERT_EQ(headers.fields(), 4u);
  ASSERT_EQ(headers.channels(), 2u);
  for (std::size_t f = 0; f < headers.fields(); ++f) {
    std::uintmax_t bytes = 0;
    for (std::size_t c = 0; c < 2; ++c) {
      bytes += fs::file_size(screen.fields[f].images[c].path);
      EXPECT_EQ(headers.info(f, c)->width, side_px);
      EXPECT_EQ(headers.info(f, c)->bits, 16);
    }
    EXPECT_EQ(headers.bytes(f), bytes);
  }
}

TEST(ImageFindings, AMissingAndATruncatedFileAreNamed) {
  const auto folder = painted_screen("broken");
  fs::remove(folder / "P1A2_RNA.tif");
  fs::resize_file(folder / "P2A1_DNA.tif", 5);
  EXPECT_THAT(problems_of(screen_in(folder)),
              ElementsAre(AllOf(HasSubstr("P1A2_RNA.tif"), HasSubstr("missing or unreadable")),
                          HasSubstr("P2A1_DNA.tif")));
}

// Who opens a file under another's lease waits until that gives it up.
class Lease {
 public:
  explicit Lease(const fs::path& path) : descriptor_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    std::signal(SIGIO, SIG_IGN);  // tells that somebody waits
    held_ = ::fcntl(descriptor_, F_SETLEASE, F_WRLCK) == 0;
  }
  ~Lease() { ::close(descriptor_); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  bool held() const { return held_; }

 private:
  int descriptor_;
  bool held_ = false;
};

TEST(ImageFindings, AFieldWhoseFileHangsIsGivenUpAndNoOther) {
  const auto folder = painted_screen("hangs");
  auto screen = screen_in(folder);
  while (screen.fields.size() < 40) screen.fields.push_back(screen.fields[screen.fields.size() - 4]);
  paint(folder / "slow.tif", side_px, side_px);
  screen.fields.change([&](FieldId f, screen::Field& field) {
    if (f == 21) field.images[1].path = folder / "slow.tif";
  });
  const Lease lease(folder / "slow.tif");
  if (!lease.held()) GTEST_SKIP() << "this file system has no leases";
  const auto headers = read_headers(std::make_shared<const screen::Screen>(screen), 2, 0.3);
  EXPECT_THAT(image_findings(screen, headers).problems,
              ElementsAre(HasSubstr("reading its header did not end")));
  EXPECT_THAT(headers.problem(21, 0), HasSubstr(screen.fields[21].images[0].path.string()));
  for (std::size_t f = 0; f < headers.fields(); ++f) EXPECT_EQ(headers.info(f, 1) != nullptr, f != 21);
}

TEST(ImageFindings, AnotherSizeThanThePlateIsNamedWithBoth) {
  const auto folder = painted_screen("size");
  paint(folder / "P2A2_DNA.tif", 16, 24);
  EXPECT_THAT(problems_of(screen_in(folder)),
              ElementsAre(AllOf(HasSubstr("P2A2_DNA.tif: 16 × 24 px"), EndsWith("plate P2 has 32 × 32 px"))));
}

TEST(ImageFindings, PlatesMayDifferInSize) {
  const auto folder = painted_screen("sizes");
  for (const char* name : {"P2A1_DNA.tif", "P2A1_RNA.tif", "P2A2_DNA.tif", "P2A2_RNA.tif"})
    paint(folder / name, 16, 16);
  EXPECT_THAT(problems_of(screen_in(folder)), IsEmpty());
}

TEST(ImageFindings, AnotherBitDepthThanTheChannelIsNamedWithBoth) {
  const auto screen = screen_in(painted_screen("bits"));
  auto headers = read_headers(std::make_shared<const screen::Screen>(screen), 1);
  auto info = *headers.info(3, 1);
  info.bits = 12;
  headers.put(3, 1, {0, info, ""});
  EXPECT_THAT(image_findings(screen, headers).problems,
              ElementsAre(AllOf(HasSubstr("P2A2_RNA.tif: 12 bits"), EndsWith("where channel RNA has 16"))));
}

TEST(ColumnFindings, NoneWhereAllIsRight) {
  const auto found = column_findings(screen_in(painted_screen("columns")), {}, "screen.csv");
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.notes, IsEmpty());
}

TEST(ColumnFindings, APlateWithoutControlIsNamed) {
  auto screen = screen_in(painted_screen("control"));
  const auto control = screen.column("Metadata_Control");
  screen.fields.change([&](FieldId, screen::Field& field) {
    if (field.plate == "P2") field.metadata[control] = "trt";
  });
  EXPECT_THAT(column_findings(screen, {}, "screen.csv").problems,
              ElementsAre(HasSubstr("screen.csv: plate P2 has no negative control")));
}

TEST(ColumnFindings, AMissingColumnIsAProblemAndOneBatchANote) {
  auto screen = screen_in(painted_screen("batch"));
  const auto batch = screen.column("Metadata_Batch");
  screen.fields.change([&](FieldId, screen::Field& field) { field.metadata[batch] = "b1"; });
  screen::ColumnRoles roles;
  roles.class_column = "Metadata_Gene";
  const auto found = column_findings(screen, roles, "screen.csv");
  EXPECT_THAT(found.problems, ElementsAre(HasSubstr("Metadata_Gene")));
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("all fields are of one batch ('b1')")));
}

// What nobody named and evaluation does without; controls only where nothing is normalized by them.
TEST(ColumnFindings, UsualColumnsThatAreNotThereAreNotes) {
  auto screen = screen_in(painted_screen("usual"));
  for (auto& column : screen.metadata_columns)
    if (column == "Metadata_MOA" || column == "Metadata_Control" || column == "Metadata_Batch")
      column += "_x";
  const auto with = column_findings(screen, {}, "screen.csv");
  EXPECT_THAT(with.problems, ElementsAre(HasSubstr("Metadata_Control")));
  EXPECT_THAT(with.notes,
              ElementsAre(HasSubstr("no column Metadata_MOA"), HasSubstr("no column Metadata_Batch")));
  const auto without = column_findings(screen, {}, "screen.csv", false);
  EXPECT_THAT(without.problems, IsEmpty());
  EXPECT_THAT(without.notes, Contains(HasSubstr("no wells are known to be negative controls")));
  screen::ColumnRoles roles;
  roles.control = "Metadata_Type=negcon";  // named: then it must be there
  EXPECT_THAT(column_findings(screen, roles, "screen.csv", false).problems,
              ElementsAre(HasSubstr("Metadata_Type")));
}

TEST(ColumnFindings, ChannelsOfOneImageAreAProblem) {
  auto screen = screen_in(painted_screen("one_image"));
  screen.fields.change([](FieldId f, screen::Field& field) {
    if (f == 0) field.images[1] = field.images[0];
  });
  EXPECT_THAT(column_findings(screen, {}, "screen.csv").problems,
              ElementsAre(HasSubstr("screen.csv: channels DNA and RNA are one image in 1 of 4 fields")));
}

TEST(ColumnFindings, BlankTreatmentsAndValuesThatAreAlikeAreNotes) {
  auto screen = screen_in(painted_screen("alike"));
  const auto compound = screen.column("Metadata_Compound"), moa = screen.column("Metadata_MOA");
  screen.fields.change([&](FieldId f, screen::Field& field) {
    if (f == 1) field.metadata[compound] = "";
    if (f == 3) field.metadata[moa] = "None";
  });
  const auto found = column_findings(screen, {}, "screen.csv");
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("1 of 4 fields have no treatment"),
                                       AllOf(HasSubstr("Metadata_MOA"), HasSubstr("None, none"))));
}

}  // namespace
}  // namespace cytoscale::preflight
