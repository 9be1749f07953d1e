#include "image/crop/crop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <cmath>
#include <fstream>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/system/files.hpp"
#include "image/io/png.hpp"
#include "image/locations.hpp"
#include "image/quality.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::ElementsAre;

FieldImage counting_field() {
  FieldImage field(2, 6, 8);
  for (std::size_t i = 0; i < field.pixels.size(); ++i) field.pixels[i] = float(i + 1);
  return field;
}

TEST(Crop, WindowStartsAtTheRoundedCenterLessHalfTheSide) {
  const auto field = counting_field();
  std::vector<float> crop(2 * 16);
  extract_crop(field, 2.5f, 3.4f, 4, crop);  // rows 1…4, columns 1…4
  for (int c = 0; c < 2; ++c) {
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 4; ++x) {
        EXPECT_EQ(crop[std::size_t(c * 16 + y * 4 + x)], float(c * 48 + (y + 1) * 8 + x + 1 + 1));
      }
    }
  }
  std::vector<float> odd(2 * 9);
  extract_crop(field, 2, 2, 3, odd);  // rows 1…3
  EXPECT_EQ(odd[0], float(8 + 1 + 1));
}

TEST(Crop, OutsideTheFieldIsZero) {
  const auto field = counting_field();
  std::vector<float> crop(2 * 16, 9);
  extract_crop(field, 0, 0, 4, crop);
  EXPECT_THAT(std::vector<float>(crop.begin(), crop.begin() + 16),
              ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 9, 10));
  extract_crop(field, 5, 7, 4, crop);
  EXPECT_THAT(std::vector<float>(crop.begin(), crop.begin() + 4), ElementsAre(30, 31, 32, 0));
  for (const float far : {-1e30f, 1e30f, 500.0f, -500.0f}) {
    extract_crop(field, far, 3, 4, crop);
    EXPECT_THAT(crop, testing::Each(0.0f));
    extract_crop(field, 3, far, 4, crop);
    EXPECT_THAT(crop, testing::Each(0.0f));
  }
  std::vector<float> large(2 * 400);
  extract_crop(field, 3, 4, 20, large);  // the whole field fits
  double sum = 0;
  for (const float v : large) sum += v;
  EXPECT_EQ(sum, 96.0 * 97 / 2);
}

TEST(Crop, RefusesWrongRoomAndUndefinedCenters) {
  const auto field = counting_field();
  std::vector<float> crop(31);
  EXPECT_THROW(extract_crop(field, 1, 1, 4, crop), Error);
  EXPECT_THROW(extract_crop(field, 1, 1, 0, crop), Error);
  crop.resize(32);
  EXPECT_THROW(extract_crop(field, std::nanf(""), 1, 4, crop), Error);
}

TEST(Crop, RescalesEachChannel) {
  const std::vector<float> raw = {1, 2, 3, 4, 0, 0, 0, 0, 5, 5, 5, 5};
  const auto rescaled = [&](CropNormalization how) {
    auto copy = raw;
    normalize_crop(copy, 3, how);
    return copy;
  };
  EXPECT_THAT(rescaled(CropNormalization::maximum), ElementsAre(.25f, .5f, .75f, 1, 0, 0, 0, 0, 1, 1, 1, 1));
  EXPECT_THAT(rescaled(CropNormalization::minmax),
              ElementsAre(0, 1 / 3.0f, 2 / 3.0f, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  const auto z = rescaled(CropNormalization::zscore);
  EXPECT_NEAR(z[0], -1.3416408, 1e-6);  // -1.5 / sqrt(1.25)
  EXPECT_EQ(z[8], 0);
  EXPECT_EQ(rescaled(CropNormalization::none), raw);
  auto copy = raw;
  EXPECT_THROW(normalize_crop(copy, 5, CropNormalization::maximum), Error);
  EXPECT_EQ(parse_enum<CropNormalization>("zscore"), CropNormalization::zscore);
  EXPECT_THROW(parse_enum<CropNormalization>("max"), Error);
}

TEST(Quality, FallsWithBlurAndIgnoresGainAndOffset) {
  Plane sharp(64, 64);
  Random random(5, 1);
  for (float& v : sharp.pixels) v = float(random.below(1000));
  Plane blurred(64, 64), scaled = sharp;
  for (int y = 1; y < 63; ++y) {
    for (int x = 1; x < 63; ++x) {
      blurred.at(y, x) = (sharp.at(y, x) + sharp.at(y - 1, x) + sharp.at(y, x - 1) + sharp.at(y + 1, x)) / 4;
    }
  }
  for (float& v : scaled.pixels) v = 3 * v + 500;
  const float score = measure_quality(sharp, 65535).focus_score;
  EXPECT_NEAR(score, 20, 2);  // white noise: 1² + … : 4·1 + 16 times the variance
  EXPECT_LT(measure_quality(blurred, 65535).focus_score, 0.6f * score);
  EXPECT_NEAR(measure_quality(scaled, 65535).focus_score, score, 0.01 * score);
  EXPECT_EQ(measure_quality(Plane(8, 8, 3.0f), 255).focus_score, 0);
}

TEST(Quality, CountsSaturatedPixels) {
  Plane plane(10, 10);
  for (int i = 0; i < 7; ++i) plane.at(i, i) = 255;
  EXPECT_FLOAT_EQ(measure_quality(plane, 255).saturated_fraction, 0.07f);
  EXPECT_EQ(measure_quality(plane, std::numeric_limits<float>::infinity()).saturated_fraction, 0);
  EXPECT_EQ(measure_quality(Plane(), 255).saturated_fraction, 0);
}

std::filesystem::path csv_of(const std::string& text) {
  const auto path = fresh_folder("locations") / "nuclei.csv";
  write_file_atomically(path, text);
  return path;
}

TEST(Locations, ReadsTheColumnNamesOfOtherPrograms) {
  using Center = std::pair<float, float>;
  for (const std::string header :
       {"Nuclei_Location_Center_X,Nuclei_Location_Center_Y", "Location_Center_X,Location_Center_Y",
        "AreaShape_Center_X,AreaShape_Center_Y", "x,y", "X,Y"}) {
    EXPECT_THAT(read_locations(csv_of("ObjectNumber," + header + "\n1,10.5,20\n2,3,4\n")),
                ElementsAre(Center(20, 10.5f), Center(4, 3)))
        << header;
  }
  EXPECT_TRUE(read_locations(csv_of("X,Y\n")).empty());
}

TEST(Locations, NamesWhatIsWrong) {
  const auto reason = [](const std::string& text) {
    return message_of([&] { read_locations(csv_of(text)); });
  };
  EXPECT_THAT(reason("a,b\n1,2\n"), testing::HasSubstr("a, b"));
  EXPECT_THAT(reason("X,Y\n1,2\n3,nan\n"),
              testing::AllOf(testing::HasSubstr("nan"), testing::HasSubstr("row 2")));
  for (const char* wrong : {"1e39", "nan", "-inf"})
    EXPECT_THAT(reason(std::string("X,Y\n1,") + wrong + "\n"), testing::HasSubstr(wrong));
  EXPECT_THROW(read_locations(fresh_folder("locations") / "none.csv"), Error);
}

const FieldNames first_field{"P", "A01", "1", {"a1.tif"}}, second_field{"P", "A02", "1", {"a2.tif"}};
const std::string two_images =
    "ImageNumber,ObjectNumber,Location_Center_X,Location_Center_Y\n1,1,10,20\n2,1,30,40\n1,2,11,21\n";

TEST(Locations, ATableOfSeveralImagesNeedsImageCsv) {
  const auto path = csv_of(two_images);
  EXPECT_THAT(message_of([&] { LocationTable table(path); }),
              testing::AllOf(testing::HasSubstr("cells of 2 images"), testing::HasSubstr("Image.csv")));
  // By what it says of the field, or by the names of its images.
  for (const std::string text :
       {"ImageNumber,Metadata_Plate,Metadata_Well,Metadata_Site\n1,P,a1,1\n2,P,A2,1.0\n3,P,A03,1\n",
        "ImageNumber,FileName_DNA,FileName_RNA\n1,x.tif,a1.tif\n2,a2.tif,y.tif\n3,z.tif,z2.tif\n"}) {
    write_file_atomically(path.parent_path() / "Image.csv", text);
    const LocationTable table(path);
    EXPECT_TRUE(table.tells_fields());
    EXPECT_THAT(table.of(first_field), ElementsAre(Center(20, 10), Center(21, 11)));
    EXPECT_THAT(table.of(second_field), ElementsAre(Center(40, 30)));
    EXPECT_THAT(message_of([&] {
                  table.of({"Q", "B07", "1", {"b.tif"}});
                }),
                testing::HasSubstr("does not know plate Q"));
  }
  write_file_atomically(path.parent_path() / "Image.csv", "ImageNumber,FileName_DNA\n1,a1.tif\n2,a1.tif\n");
  EXPECT_THAT(message_of([&] { LocationTable(path).of(first_field); }),
              testing::HasSubstr("two images of plate P"));
}

TEST(Locations, TheImageTableOfTheSameRunIsTaken) {
  const auto folder = fresh_folder("location_runs");
  write_file_atomically(folder / "run1_Nuclei.csv", two_images);
  write_file_atomically(folder / "run1_Image.csv", "ImageNumber,FileName_DNA\n2,a1.tif\n1,a2.tif\n");
  write_file_atomically(folder / "Image.csv", "ImageNumber,FileName_DNA\n1,a1.tif\n2,a2.tif\n");
  write_file_atomically(folder / "run2_Image.csv", "ImageNumber,FileName_DNA\n9,a1.tif\n");
  EXPECT_THAT(LocationTable(folder / "run1_Nuclei.csv").of(first_field), ElementsAre(Center(40, 30)));
}

TEST(Locations, MetadataInTheTableTellItsFields) {
  const auto path = csv_of("Metadata_Plate,Metadata_Well,Metadata_Site,X,Y\nP,A1,1,10,20\nP,A2,1,30,40\n");
  const LocationTable table(path);
  EXPECT_THAT(table.of(second_field), ElementsAre(Center(40, 30)));
  EXPECT_TRUE(table.of({"P", "H12", "1", {}}).empty());  // a field without cells
  EXPECT_THAT(message_of([&] { table.of({"Q", "A01", "1", {}}); }), testing::HasSubstr("does not know"));
  // Of one field, whatever it is called there.
  EXPECT_EQ(LocationTable(csv_of("Metadata_Site,X,Y\ns01,10,20\n")).of(first_field).size(), 1u);
}

TEST(Png, WritesWhatLibpngReadsBack) {
  const auto folder = fresh_folder("png");
  for (const int channels : {1, 3}) {
    std::vector<std::uint8_t> pixels(std::size_t(5 * 7 * channels));
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint8_t(i * 37);
    const auto path = folder / ("p" + std::to_string(channels) + ".png");
    write_png(path, 5, 7, channels, pixels);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    ASSERT_TRUE(png_image_begin_read_from_file(&image, path.c_str()));
    EXPECT_EQ(image.width, 7u);
    EXPECT_EQ(image.format, png_uint_32(channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB));
    std::vector<std::uint8_t> back(PNG_IMAGE_SIZE(image));
    ASSERT_TRUE(png_image_finish_read(&image, nullptr, back.data(), 0, nullptr));
    EXPECT_EQ(back, pixels);
    write_png(folder / "again.png", 5, 7, channels, pixels);
    EXPECT_EQ(read_file(folder / "again.png"), read_file(path));
    if (channels == 1) {
      EXPECT_THROW(read_rgb_png(path), Error);
      continue;
    }
    const auto picture = read_rgb_png(path);
    EXPECT_EQ(picture.size, PictureSize(5, 7));
    EXPECT_EQ(picture.pixels, pixels);
  }
  const std::vector<std::uint8_t> pixels(35);
  EXPECT_THROW(write_png(folder / "q.png", 5, 7, 2, pixels), Error);
  EXPECT_THROW(write_png(folder / "q.png", 5, 8, 1, pixels), Error);
}

}  // namespace
}  // namespace cytoscale::image
