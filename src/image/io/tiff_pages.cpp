// Which page of a TIFF is meant, and going there.
#include <algorithm>
#include <string_view>

#include "core/error.hpp"
#include "core/text/whole_number.hpp"
#include "image/io/ome_xml.hpp"
#include "image/io/stack.hpp"
#include "image/io/tiff_internal.hpp"

namespace cytoscale::image {
namespace tiff_internal {
namespace {

// Of the first page, which is open; it lives as long as the handle stays there. "" where it has none.
std::string_view description_of(const Handle& handle) {
  const char* text = nullptr;
  return TIFFGetField(handle.get(), TIFFTAG_IMAGEDESCRIPTION, &text) && text ? text : "";
}

// Those that are no smaller copies of others (pyramids, thumbnails).
std::vector<int> full_pages(Handle& handle, int pages) {
  std::vector<int> full;
  for (int page = 0; page < pages; ++page) {
    select_page(handle, page);
    if (!(handle.field<std::uint32_t>(TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE)) full.push_back(page);
  }
  return full;
}

}  // namespace

int significant_bits_of(const Handle& handle) {
  constexpr std::string_view attribute = "SignificantBits=\"";
  const auto description = description_of(handle);
  const auto at = is_ome_xml(description) ? description.find(attribute) : std::string_view::npos;
  if (at == std::string_view::npos) return 0;
  const auto text = description.substr(at + attribute.size(), 3);
  return static_cast<int>(to_whole_number(text.substr(0, text.find('"')), 1, 64).value_or(0));
}

int page_count(const Handle& handle) {
  return std::max(1, static_cast<int>(TIFFNumberOfDirectories(handle.get())));
}

std::vector<int> pages_of(Handle& handle, const ImageFile& file) {
  if (!file.choice) return {file.page};
  const std::string_view description = description_of(handle);
  const bool alone = TIFFLastDirectory(handle.get()) != 0;
  // The usual file: a page, a channel.
  if (alone && file.choice->channels.size() == 1 && !description.starts_with("ImageJ=")) return {0};
  const int pages = alone ? 1 : page_count(handle);
  const auto stack = describe_stack(std::string(description), pages, file.path);
  if (alone && file.choice->channels.size() == 1) return {0};
  if (stack.described || std::size_t(pages) == file.choice->channels.size())
    return choose_pages(stack, *file.choice, file.path);
  const auto full = full_pages(handle, pages);
  if (full.empty()) return choose_pages(stack, *file.choice, file.path);
  auto chosen = choose_pages({.pages = static_cast<int>(full.size())}, *file.choice, file.path);
  for (int& page : chosen) page = full[std::size_t(page)];
  return chosen;
}

void select_page(Handle& handle, int page) {
  if (page < 0) handle.fail("page " + std::to_string(page) + " was asked for", "Pages count from 0");
  if (page == static_cast<int>(TIFFCurrentDirectory(handle.get()))) return;  // open already
  if (page >= 65535 || !TIFFSetDirectory(handle.get(), static_cast<tdir_t>(page))) {
    const int pages = static_cast<int>(TIFFNumberOfDirectories(handle.get()));
    handle.fail("page " + std::to_string(page) + " was asked for, the file has " + std::to_string(pages),
                "Pages count from 0; correct the manifest's Frame column");
  }
}

}  // namespace tiff_internal

StackInfo inspect_stack(const std::filesystem::path& tiff) {
  tiff_internal::Handle handle(tiff, "rm");
  return describe_stack(std::string(tiff_internal::description_of(handle)), tiff_internal::page_count(handle),
                        tiff);
}

}  // namespace cytoscale::image
