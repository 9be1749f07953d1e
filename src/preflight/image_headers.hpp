// The headers of all images of a screen, read before cluster time is spent on them. No pixels are decoded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/enum_names.hpp"
#include "image/io/read_image.hpp"
#include "screen/screen.hpp"

namespace cytoscale::preflight {

// Which fields' images are opened: all, or of each plate some, evenly over it, where a screen is so large
// that opening all takes hours of a file system.
enum class HeadersOf { all, some };
inline constexpr std::size_t fields_of_some = 24;  // of a plate

struct ImageHeader {
  std::uint64_t bytes = 0;               // of the file; 0: it cannot be read
  std::optional<image::ImageInfo> info;  // absent: there is a problem
  std::string problem;                   // names the file; empty: none
};

// By field and channel, as Screen::fields and Screen::channels: 4 bytes an image and 8 a field, since few
// headers differ. A field that was not opened has neither header nor problem, and as many bytes as those that
// were have on average.
class ScreenHeaders {
 public:
  ScreenHeaders(std::size_t fields, std::size_t channels);
  std::size_t fields() const { return bytes_.size(); }
  std::size_t channels() const { return channels_; }
  // Nothing where there is a problem.
  const image::ImageInfo* info(std::size_t field, std::size_t channel) const;
  const std::string& problem(std::size_t field, std::size_t channel) const;  // empty: none
  std::uint64_t bytes(std::size_t field) const { return bytes_[field]; }     // of its files
  // How many images have a header, by header.
  std::vector<std::pair<image::ImageInfo, std::size_t>> counts() const;
  std::size_t fields_opened() const { return opened_; }

  void put(std::size_t field, std::size_t channel, const ImageHeader& header);
  // After all that were opened: these.
  void set_opened(const std::vector<std::size_t>& fields);

 private:
  std::uint32_t number_of(const image::ImageInfo& info);
  std::size_t channels_;
  std::vector<image::ImageInfo> kinds_;
  std::vector<std::uint32_t> kind_;  // [field][channel]: number in kinds_ plus 1; 0: a problem
  std::vector<std::uint64_t> bytes_;
  std::map<std::pair<std::size_t, std::size_t>, std::string> problems_;
  std::size_t opened_ = 0;
};

// A file that cannot be read is a problem in its header. A field whose files do not answer within `timeout_s`
// is given up: its first header says so, the others stay empty. Throws Error where so many threads cannot be
// started. Collective: no.
ScreenHeaders read_headers(const std::shared_ptr<const screen::Screen>& screen, int threads,
                           double timeout_s = 60, HeadersOf of = HeadersOf::all);

}  // namespace cytoscale::preflight

template <>
struct cytoscale::EnumNames<cytoscale::preflight::HeadersOf> {
  static constexpr const char* what = "choice of images";
  static constexpr EnumName<preflight::HeadersOf> all[] = {{preflight::HeadersOf::all, "all"},
                                                           {preflight::HeadersOf::some, "some"}};
};
