#include "preflight/image_headers.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "core/threads/in_order.hpp"

namespace cytoscale::preflight {
namespace {

// To hand one to a thread takes about as long as to open an image.
constexpr std::size_t fields_at_once = 16;

ImageHeader read_header(const ImageFile& image) {
  ImageHeader header;
  std::error_code failure;
  header.bytes = std::filesystem::file_size(image.path, failure);
  if (failure) {
    header.bytes = 0;
    header.problem = image.path.string() + ": the image is missing or unreadable (" + failure.message() + ")";
    return header;
  }
  try {
    header.info = image::inspect_image(image);
  } catch (const Error& error) {
    header.problem = error.what();
  }
  return header;
}

std::vector<ImageHeader> headers_of(const screen::Field& field) {
  heed_stop_request();
  std::vector<ImageHeader> headers;
  headers.reserve(field.images.size());
  for (const auto& image : field.images) headers.push_back(read_header(image));
  return headers;
}

std::vector<ImageHeader> given_up(const screen::Field& field) {
  std::vector<ImageHeader> headers(field.images.size());
  headers.front().problem = field.images.front().path.string() + ": reading its header did not end";
  return headers;
}

}  // namespace

ScreenHeaders read_headers(const std::shared_ptr<const screen::Screen>& screen, int threads,
                           double timeout_s) {
  const auto& fields = screen->fields;
  const auto parts = (fields.size() + fields_at_once - 1) / fields_at_once;
  const auto end_of = [count = fields.size()](std::size_t part) {
    return std::min(count, (part + 1) * fields_at_once);
  };
  // A thread that was given up may outlive the caller: it holds the screen.
  auto found = in_order<ScreenHeaders>(
      parts, threads, timeout_s, parts + 1, [screen, end_of](std::size_t part, Claim&) {
        ScreenHeaders headers;
        for (auto field = part * fields_at_once; field < end_of(part); ++field)
          headers.push_back(headers_of(screen->fields[field]));
        return headers;
      });
  ScreenHeaders headers;
  headers.reserve(fields.size());
  for (std::size_t part = 0; part < parts; ++part) {
    const auto first = part * fields_at_once, count = end_of(part) - first;
    if (found[part]) {
      std::move(found[part]->begin(), found[part]->end(), std::back_inserter(headers));
      continue;
    }
    // One of them hangs: each by itself.
    auto alone = in_order<std::vector<ImageHeader>>(
        count, threads, timeout_s, count + 1,
        [screen, first](std::size_t item, Claim&) { return headers_of(screen->fields[first + item]); });
    for (std::size_t item = 0; item < count; ++item)
      headers.push_back(alone[item] ? *std::move(alone[item]) : given_up(fields[first + item]));
  }
  return headers;
}

}  // namespace cytoscale::preflight
