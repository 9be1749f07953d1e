#include "preflight/image_headers.hpp"

#include <filesystem>
#include <memory>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "core/threads/in_order.hpp"

namespace cytoscale::preflight {
namespace {

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
    header.info = image::inspect_tiff(image);
  } catch (const Error& error) {
    header.problem = error.what();
  }
  return header;
}

}  // namespace

ScreenHeaders read_headers(const screen::Screen& screen, int threads, double timeout_s) {
  // A thread that was given up may outlive the screen: its files go with it.
  std::vector<std::vector<ImageFile>> files;
  for (const auto& field : screen.fields) files.push_back(field.images);
  const auto shared = std::make_shared<const std::vector<std::vector<ImageFile>>>(std::move(files));
  auto found = in_order<std::vector<ImageHeader>>(shared->size(), threads, timeout_s, shared->size() + 1,
                                                  [shared](std::size_t field, Claim&) {
                                                    std::vector<ImageHeader> headers;
                                                    for (const auto& image : (*shared)[field])
                                                      headers.push_back(read_header(image));
                                                    return headers;
                                                  });
  ScreenHeaders headers;
  for (FieldId field; field < found.size(); ++field) {
    const auto& images = (*shared)[field];
    headers.push_back(found[field] ? std::move(*found[field]) : std::vector<ImageHeader>(images.size()));
    if (!found[field])
      headers.back().front().problem = images.front().path.string() + ": reading its header did not end";
  }
  return headers;
}

}  // namespace cytoscale::preflight
