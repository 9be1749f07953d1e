#include "store/screen_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/files.hpp"
#include "core/version.hpp"
#include "hdf5/file.hpp"
#include "mpi/agree.hpp"
#include "mpi/node/node_bytes.hpp"
#include "screen/packed_screen.hpp"
#include "store/integrity/seal_file.hpp"
#include "store/integrity/sealed_file.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* screen_format = "cytoscale screen";
constexpr std::int64_t screen_version = 1;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const screen::ManifestOptions& options) {
  return {{"program", version_text()},
          {"manifest", options.manifest.string()},
          {"manifest-format", enum_name(options.format)},
          {"image-root", options.image_root.string()},
          {"channels", options.channels},
          {"z-plane", options.z_plane},
          {"moa-file", options.moa.string()},
          {"platemap", options.platemap.string()},
          {"compounds", options.compounds},
          {"path-map", options.path_map},
          {"plates", options.plates},
          {"select", options.select}};
}

// A file's content, and how it stands; of a folder the names in it; "absent" where there is neither.
Json state_of(const fs::path& path, const Json* then) {
  std::error_code unknown;
  if (!fs::exists(path, unknown)) return {{"path", path.string()}, {"fingerprint", "absent"}, {"state", ""}};
  if (fs::is_directory(path, unknown)) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    Fingerprint print;
    for (const auto& name : names) print.add(name);
    return {{"path", path.string()}, {"fingerprint", print.text()}, {"state", ""}};
  }
  std::optional<ReadState> before;
  if (then) before = ReadState{then->at("fingerprint"), then->at("state")};
  const auto now = read_state({path}, before ? &*before : nullptr);
  return {{"path", path.string()}, {"fingerprint", now.fingerprint}, {"state", now.state}};
}

// Are the files as they were when the stamp was made?
bool holds(const Json& stamp, const screen::ManifestOptions& options) {
  if (text_of(stamp.at("options")) != text_of(json_of(options))) return false;
  return std::ranges::all_of(stamp.at("sources"), [](const Json& source) {
    const fs::path path = source.at("path").get<std::string>();
    return state_of(path, &source).at("fingerprint") == source.at("fingerprint");
  });
}

// A screen as rank 0 has it: read from a file, or packed.
struct Source {
  std::string head;
  std::vector<std::vector<std::byte>> read;  // where it is of a file
  screen::PackedScreen packed;               // else
  std::vector<std::span<const std::byte>> parts;
};

template <typename T>
std::vector<std::byte> read_part(const hdf5::Dataset& dataset, std::size_t count) {
  if (dataset.elements() != count) throw Error("a column has another length", dataset.where());
  std::vector<std::byte> bytes(count * sizeof(T));
  if (count > 0) dataset.read<T>(0, dataset.rows(), std::span(reinterpret_cast<T*>(bytes.data()), count));
  return bytes;
}

std::vector<std::byte> read_part(const hdf5::Group& root, const screen::PartSize& part) {
  const auto dataset = root.dataset(part.part.name);
  switch (part.part.type) {
    case screen::PartType::bytes:
      return read_part<std::uint8_t>(dataset, part.count);
    case screen::PartType::u32:
      return read_part<std::uint32_t>(dataset, part.count);
    default:
      return read_part<std::uint64_t>(dataset, part.count);
  }
}

// Nothing where there is no such file, it is of another manifest, or it cannot be read.
std::optional<Source> read_kept(const fs::path& kept, const screen::ManifestOptions& options) {
  std::error_code unknown;
  if (kept.empty() || !fs::exists(kept, unknown)) return std::nullopt;
  try {
    SealedFile(kept).check();
    const hdf5::File file = open_checked(kept);
    const auto& root = file.root();
    if (root.text_attribute("format", "") != screen_format ||
        root.integers_attribute("format_version") != std::vector<std::int64_t>{screen_version} ||
        !holds(Json::parse(root.dataset("stamp").read_text()), options))
      return std::nullopt;
    Source source;
    source.head = root.dataset("head").read_text();
    for (const auto& part : screen::parts_of(source.head, kept.string()))
      source.read.push_back(read_part(root, part));
    for (const auto& part : source.read) source.parts.emplace_back(part);
    screen::unpack_screen(source.head, source.parts, nullptr, kept.string());  // throws where it is damaged
    return source;
  } catch (const Error&) {
    return std::nullopt;  // made anew
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const fs::filesystem_error&) {
    return std::nullopt;
  }
}

void make_groups(hdf5::Group& root, const std::string& name) {
  for (auto at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1))
    if (!root.contains(name.substr(0, at))) root.create_group(name.substr(0, at));
}

template <typename T>
void store_part(hdf5::Group& root, const screen::ScreenPart& part) {
  const auto count = part.bytes.size() / sizeof(T);
  root.store<T>(part.name, {count}, std::span(reinterpret_cast<const T*>(part.bytes.data()), count));
}

void write_kept(const fs::path& kept, const screen::PackedScreen& packed, const Json& stamp) {
  replace_atomically(kept, [&](const fs::path& temporary) {
    hdf5::File file = hdf5::File::create(temporary);
    {
      auto& root = file.root();
      root.set_attribute("format", screen_format);
      root.set_attribute("format_version", screen_version);
      root.store_text("head", packed.head);
      root.store_text("stamp", text_of(stamp));
      for (const auto& part : packed.parts) {
        make_groups(root, part.name);
        switch (part.type) {
          case screen::PartType::bytes:
            store_part<std::uint8_t>(root, part);
            break;
          case screen::PartType::u32:
            store_part<std::uint32_t>(root, part);
            break;
          default:
            store_part<std::uint64_t>(root, part);
        }
      }
    }
    file.close();
    seal_file(mpi::Communicator::self(), temporary);
  });
}

Json stamp_of(const screen::ManifestOptions& options, const screen::Screen& screen) {
  Json sources = Json::array();
  for (const auto& path : screen.sources) sources.push_back(state_of(path, nullptr));
  return {{"options", json_of(options)}, {"sources", sources}};
}

// On rank 0.
Source pack(const screen::Screen& screen) {
  Source source;
  source.packed = screen::pack_screen(screen);
  source.head = source.packed.head;
  for (const auto& part : source.packed.parts) source.parts.push_back(part.bytes);
  return source;
}

// `before`: how the manifest stood before it was read, and when that was.
void keep(const screen::ManifestOptions& options, const screen::Screen& screen,
          const screen::PackedScreen& packed, const std::string& before, fs::file_time_type begun) {
  try {
    const auto stamp = stamp_of(options, screen);
    std::error_code unknown;
    // What was written meanwhile may be other than what was read.
    if (before != state_of_path(options.manifest)) return;
    for (const auto& path : screen.sources)
      if (fs::is_regular_file(path, unknown) && fs::last_write_time(path) >= begun) return;
    make_folder(options.kept.parent_path());
    write_kept(options.kept, packed, stamp);
  } catch (const Error&) {
    // Nowhere to keep it: the next job reads the manifest.
  } catch (const fs::filesystem_error&) {
  }
}

}  // namespace

screen::Screen open_screen(const mpi::Communicator& comm, const screen::ManifestOptions& options) {
  std::optional<Source> source;
  screen::Screen read;  // what the packed parts view
  mpi::on_root(comm, [&] {
    source = read_kept(options.kept, options);
    if (source) return;
    const auto begun = fs::file_time_type::clock::now();
    const auto before = state_of_path(options.manifest);
    read = screen::read_manifest(options);
    source = pack(read);
    if (options.keep) keep(options, read, source->packed, before, begun);
  });
  const auto head = comm.broadcast(source ? source->head : std::string());
  const auto node =
      mpi::on_each_node(comm, source ? source->parts : std::vector<std::span<const std::byte>>());
  screen::Screen screen;
  mpi::together(comm, [&] {
    std::vector<std::span<const std::byte>> parts;
    std::size_t at = 0;
    for (const auto& part : screen::parts_of(head, options.manifest.string())) {
      const auto size = part.count * screen::bytes_of(part.part.type);
      parts.push_back(node.bytes.subspan(at, size));
      at += (size + mpi::part_alignment - 1) / mpi::part_alignment * mpi::part_alignment;
    }
    screen = screen::unpack_screen(head, parts, node.keeper, options.manifest.string());
  });
  return screen;
}

}  // namespace cytoscale::store
