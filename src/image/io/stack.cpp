#include "image/io/stack.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/text/letter_case.hpp"
#include "core/text/text.hpp"
#include "core/text/whole_number.hpp"
#include "image/io/ome_xml.hpp"

namespace cytoscale::image {
namespace {

constexpr int most_pages = 65535;
constexpr const char* page_remedy =
    "Give each channel's page (from 0) in a Frame_<Channel> column, or a file for each channel";

std::string plain(const std::string& name) {
  return lower_case(trim(name));
}

std::vector<std::vector<int>> no_pages(std::size_t channels, int z) {
  return {channels, std::vector<int>(std::size_t(z), -1)};
}

StackInfo from_ome(const std::string& xml, int pages, const std::filesystem::path& file) {
  const auto own = file.filename().string();
  const auto here = [&](const OmePlane& plane) { return plane.file.empty() || plane.file == own; };
  std::vector<OmeImage> images;
  for (auto& image : parse_ome_xml(xml, pages, file.string()))
    if (std::any_of(image.planes.begin(), image.planes.end(), here)) images.push_back(std::move(image));
  StackInfo stack;
  stack.pages = pages;
  // A renamed file of several tells nothing of its own pages.
  if (images.empty()) return stack;
  if (images.size() > 1)
    throw Error("the file holds " + std::to_string(images.size()) + " images (series), a field is one",
                file.string(), "Save each as a file of its own");
  const auto& image = images.front();
  stack.described = true;
  stack.z = image.size_z;
  stack.t = image.size_t;
  stack.channels = image.channels;
  stack.significant_bits = image.significant_bits;
  stack.pixel_um = image.pixel_um;
  stack.page = no_pages(image.channels.size(), image.size_z);
  for (const auto& plane : image.planes)
    if (plane.t == 0 && here(plane)) stack.page[std::size_t(plane.c)][std::size_t(plane.z)] = plane.page;
  return stack;
}

// "key=value" lines, as ImageJ writes them.
int imagej_count(const std::string& description, const std::string& key) {
  const auto at = description.find("\n" + key + "=");
  if (at == std::string::npos) return 1;
  const auto start = at + key.size() + 2;
  const auto text = description.substr(start, description.find_first_of("\r\n", start) - start);
  return static_cast<int>(to_whole_number(text, 1, most_pages).value_or(0));
}

StackInfo from_imagej(const std::string& description, int pages, const std::filesystem::path& file) {
  const int channels = imagej_count(description, "channels"), z = imagej_count(description, "slices"),
            t = imagej_count(description, "frames"), images = imagej_count(description, "images");
  // Stacks beyond 4 GiB have one directory for all their pixels.
  if (images > pages)
    throw Error(
        "ImageJ says that it holds " + std::to_string(images) + " pages, it has " + std::to_string(pages),
        file.string(), "Save the field as OME-TIFF or as a file for each channel");
  StackInfo stack;
  stack.pages = pages;
  if (double(channels) * z * t != pages) return stack;
  stack.described = true;
  stack.z = z;
  stack.t = t;
  stack.channels.resize(std::size_t(channels));
  stack.page = no_pages(stack.channels.size(), z);
  for (int k = 0; k < z; ++k)
    for (int c = 0; c < channels; ++c) stack.page[std::size_t(c)][std::size_t(k)] = k * channels + c;
  return stack;
}

// For messages: the file's channels by name where it has names, else their number.
std::string channels_of(const StackInfo& stack) {
  const bool named = std::any_of(stack.channels.begin(), stack.channels.end(),
                                 [](const auto& name) { return !name.empty(); });
  const auto count = stack.channels.size();
  if (!named)
    return std::to_string(count) + (count == 1 ? " channel without a name" : " channels without names");
  return "the channels " + join(stack.channels, ", ");
}

std::size_t channel_in(const StackInfo& stack, const PlaneChoice& choice, const std::filesystem::path& file) {
  if (stack.channels.size() == 1 && choice.channels.size() == 1) return 0;
  std::vector<std::string> names;
  for (const auto& name : stack.channels) names.push_back(plain(name));
  const auto known = [&](const std::string& name) {
    return std::count(names.begin(), names.end(), plain(name)) == 1;
  };
  const auto& wanted = choice.channels[choice.position];
  if (known(wanted)) return std::size_t(std::find(names.begin(), names.end(), plain(wanted)) - names.begin());
  const bool others = std::any_of(choice.channels.begin(), choice.channels.end(), known);
  if (!others && choice.channels.size() > 1 && choice.channels.size() == names.size()) return choice.position;
  throw Error("no page is known to be channel " + wanted + ": the file has " + channels_of(stack),
              file.string(), "Name the channel as the file does. Or: " + std::string(page_remedy));
}

// Focal planes, by the option --z-plane.
std::vector<int> choose_z(const std::vector<int>& planes, int z, const std::filesystem::path& file) {
  if (planes.size() == 1) return planes;
  if (z == no_z_plane)
    throw Error(
        "a channel has " + std::to_string(planes.size()) + " focal planes (Z), and --z-plane chooses none",
        file.string(), "Give --z-plane max for the brightest value of each pixel, or the number of one");
  if (z == brightest_z) return planes;
  if (std::size_t(z) > planes.size())
    throw Error(
        "focal plane " + std::to_string(z) + " was asked for, there are " + std::to_string(planes.size()),
        file.string(), "--z-plane counts from 1");
  return {planes[std::size_t(z) - 1]};
}

}  // namespace

StackInfo describe_stack(const std::string& description, int pages, const std::filesystem::path& file) {
  if (is_ome_xml(description)) {
    // Where the metadata lie in a companion file, pages are pages.
    if (description.find("<BinaryOnly") != std::string::npos ||
        description.find(":BinaryOnly") != std::string::npos)
      return {.pages = pages};
    return from_ome(description, pages, file);
  }
  if (description.starts_with("ImageJ=")) return from_imagej(description, pages, file);
  return {.pages = pages};
}

std::vector<int> choose_pages(const StackInfo& stack, const PlaneChoice& choice,
                              const std::filesystem::path& file) {
  if (stack.described) {
    if (stack.t > 1)
      throw Error("the file is a series of " + std::to_string(stack.t) + " points in time", file.string(),
                  page_remedy);
    auto pages = choose_z(stack.page[channel_in(stack, choice, file)], choice.z, file);
    if (std::any_of(pages.begin(), pages.end(), [&](int page) { return page < 0 || page >= stack.pages; }))
      throw Error("the plane of channel " + choice.channels[choice.position] + " is not in this file",
                  file.string(), page_remedy);
    return pages;
  }
  const auto channels = choice.channels.size();
  if (std::size_t(stack.pages) == channels) return {static_cast<int>(choice.position)};
  if (channels == 1 && choice.z != no_z_plane) {
    std::vector<int> pages(std::size_t(stack.pages));
    std::iota(pages.begin(), pages.end(), 0);
    return choose_z(pages, choice.z, file);
  }
  throw Error(
      "the file has " + std::to_string(stack.pages) + " pages for " + std::to_string(channels) +
          (channels == 1 ? " channel" : " channels") + ", and does not say what they are",
      file.string(),
      std::string(channels == 1 ? "Where they are focal planes, choose with --z-plane. " : "") + page_remedy);
}

}  // namespace cytoscale::image
