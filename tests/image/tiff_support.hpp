// What the tests of TIFF files share.
#pragma once
#include <gtest/gtest.h>

#include "image/io/read_image.hpp"
#include "make_tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::image {

inline std::filesystem::path written(const std::string& name, const TiffKind& kind) {
  const auto path = fresh_folder("tiff_" + name) / (name + ".tif");
  make_tiff(path, kind);
  return path;
}

// Why a file is refused; whatever reads headers refuses it for the same reason.
inline std::string read_reason(const std::filesystem::path& path, int page = 0) {
  const auto text = message_of([&] { read_raw({path, page}); });
  EXPECT_EQ(text, message_of([&] {
              inspect_image({path, page});
            }))
      << "inspect_image should refuse what read_raw refuses";
  return text;
}

}  // namespace cytoscale::image
