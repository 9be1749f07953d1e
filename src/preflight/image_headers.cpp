#include "preflight/image_headers.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "core/threads/in_order.hpp"

namespace cytoscale::preflight {
namespace {

// To hand one to a thread takes about as long as to open an image.
constexpr std::size_t fields_at_once = 16;

bool same(const image::ImageInfo& a, const image::ImageInfo& b) {
  return a.pages == b.pages && a.height == b.height && a.width == b.width && a.bits == b.bits &&
         a.type == b.type;
}

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

std::vector<ImageHeader> headers_of(const std::vector<ImageFile>& images) {
  heed_stop_request();
  std::vector<ImageHeader> headers;
  headers.reserve(images.size());
  for (const auto& image : images) headers.push_back(read_header(image));
  return headers;
}

// What threads find, for one that was given up, too, which may outlive the caller.
struct Found {
  Found(std::size_t fields, std::size_t channels) : headers(fields, channels) {}
  void put(std::size_t field, const std::vector<ImageHeader>& of_field) {
    for (std::size_t c = 0; c < of_field.size(); ++c) headers.put(field, c, of_field[c]);
  }
  std::mutex mutex;
  ScreenHeaders headers;
};

}  // namespace

ScreenHeaders::ScreenHeaders(std::size_t fields, std::size_t channels)
    : channels_(channels), kind_(fields * channels, 0), bytes_(fields, 0) {}

const image::ImageInfo* ScreenHeaders::info(std::size_t field, std::size_t channel) const {
  const auto kind = kind_[field * channels_ + channel];
  return kind == 0 ? nullptr : &kinds_[kind - 1];
}

const std::string& ScreenHeaders::problem(std::size_t field, std::size_t channel) const {
  static const std::string none;
  const auto at = problems_.find({field, channel});
  return at == problems_.end() ? none : at->second;
}

std::vector<std::pair<image::ImageInfo, std::size_t>> ScreenHeaders::counts() const {
  std::vector<std::pair<image::ImageInfo, std::size_t>> counts;
  for (const auto& kind : kinds_) counts.emplace_back(kind, 0);
  for (const auto kind : kind_)
    if (kind > 0) ++counts[kind - 1].second;
  return counts;
}

void ScreenHeaders::put(std::size_t field, std::size_t channel, const ImageHeader& header) {
  bytes_[field] += header.bytes;
  kind_[field * channels_ + channel] = header.info ? number_of(*header.info) + 1 : 0;
  if (!header.problem.empty()) problems_[{field, channel}] = header.problem;
}

std::uint32_t ScreenHeaders::number_of(const image::ImageInfo& info) {
  for (std::size_t i = kinds_.size(); i-- > 0;)
    if (same(kinds_[i], info)) return static_cast<std::uint32_t>(i);
  kinds_.push_back(info);
  return static_cast<std::uint32_t>(kinds_.size() - 1);
}

void ScreenHeaders::set_opened(const std::vector<std::size_t>& fields) {
  opened_ = fields.size();
  if (opened_ == 0 || opened_ == bytes_.size()) return;
  double sum = 0;
  for (const auto field : fields) sum += static_cast<double>(bytes_[field]);
  const auto mean = static_cast<std::uint64_t>(sum / static_cast<double>(opened_));
  for (std::size_t field = 0, next = 0; field < bytes_.size(); ++field) {
    if (next < opened_ && fields[next] == field) {
      ++next;
    } else {
      bytes_[field] = mean;
    }
  }
}

namespace {

std::vector<std::size_t> fields_to_open(const screen::Screen& screen, HeadersOf of) {
  std::vector<std::size_t> fields;
  for (const auto& plate : screen::plates_of(screen)) {
    const auto count = of == HeadersOf::all ? plate.field_count : std::min(plate.field_count, fields_of_some);
    for (std::size_t i = 0; i < count; ++i)
      fields.push_back(plate.first_field + i * plate.field_count / count);
  }
  return fields;
}

}  // namespace

ScreenHeaders read_headers(const std::shared_ptr<const screen::Screen>& screen, int threads, double timeout_s,
                           HeadersOf of) {
  const auto fields = std::make_shared<const std::vector<std::size_t>>(fields_to_open(*screen, of));
  const auto count = fields->size();
  const auto found = std::make_shared<Found>(screen->fields.size(), screen->channels.size());
  const auto parts = (count + fields_at_once - 1) / fields_at_once;
  const auto end_of = [count](std::size_t part) { return std::min(count, (part + 1) * fields_at_once); };
  // A thread that was given up holds the screen, and puts down nothing.
  const auto read = in_order<char>(parts, threads, timeout_s, parts + 1,
                                   [screen, fields, found, end_of](std::size_t part, Claim& claim) -> char {
                                     std::vector<std::vector<ImageHeader>> headers;
                                     const auto first = part * fields_at_once;
                                     for (auto i = first; i < end_of(part); ++i)
                                       headers.push_back(headers_of(screen->fields.images_of((*fields)[i])));
                                     if (!claim.keep()) return 0;
                                     const std::lock_guard lock(found->mutex);
                                     for (std::size_t i = 0; i < headers.size(); ++i)
                                       found->put((*fields)[first + i], headers[i]);
                                     return 1;
                                   });
  for (std::size_t part = 0; part < parts; ++part) {
    if (read[part]) continue;
    // One of them hangs: each by itself.
    const auto first = part * fields_at_once, some = end_of(part) - first;
    const auto alone = in_order<std::vector<ImageHeader>>(
        some, threads, timeout_s, some + 1, [screen, fields, first](std::size_t item, Claim& claim) {
          auto headers = headers_of(screen->fields.images_of((*fields)[first + item]));
          return claim.keep() ? headers : std::vector<ImageHeader>();
        });
    const std::lock_guard lock(found->mutex);
    for (std::size_t item = 0; item < some; ++item) {
      const auto field = (*fields)[first + item];
      if (alone[item]) {
        found->put(field, *alone[item]);
      } else {
        const auto file = screen->fields.images().front()[field].path.string();
        found->put(field, {{0, std::nullopt, file + ": reading its header did not end"}});
      }
    }
  }
  const std::lock_guard lock(found->mutex);
  found->headers.set_opened(*fields);
  return std::move(found->headers);
}

}  // namespace cytoscale::preflight
