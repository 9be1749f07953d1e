#include "preflight/image_headers.hpp"

#include <filesystem>

#include "core/error.hpp"
#include "core/threads/task_queue.hpp"

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
  ScreenHeaders headers(screen.fields.size());
  TaskQueue<std::vector<ImageHeader>> queue(threads);
  std::size_t asked = 0;
  for (std::size_t field = 0; field < headers.size(); ++field) {
    for (; asked < headers.size() && queue.asked() < 4 * static_cast<std::size_t>(threads) + 4; ++asked) {
      queue.ask([images = screen.fields[asked].images](Claim&) {
        std::vector<ImageHeader> found;
        for (const auto& image : images) found.push_back(read_header(image));
        return found;
      });
    }
    const auto& images = screen.fields[field].images;
    auto found = queue.take({}, timeout_s);
    headers[field] = found ? std::move(*found) : std::vector<ImageHeader>(images.size());
    if (!found)
      headers[field].front().problem = images.front().path.string() + ": reading its header did not end";
  }
  return headers;
}

}  // namespace cytoscale::preflight
