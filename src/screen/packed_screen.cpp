#include "screen/packed_screen.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"

namespace cytoscale::screen {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& where) {
  throw Error("the file of the screen is damaged", where, "Remove it: it is made anew from the manifest");
}

// A column of texts is three parts.
constexpr const char* endings[] = {"/bytes", "/ends", "/codes"};
constexpr PartType types[] = {PartType::bytes, PartType::u64, PartType::u32};

class Packer {
 public:
  Json add(const std::string& name, const TextColumn& column) {
    const auto parts = column.parts();
    add_part(name + endings[0], types[0], parts.bytes);
    add_part(name + endings[1], types[1], parts.ends);
    add_part(name + endings[2], types[2], parts.codes);
    return {{"name", name},
            {"coded", parts.coded},
            {"rows", parts.rows},
            {"counts", {parts.bytes.size(), parts.ends.size(), parts.codes.size()}}};
  }
  Json add(const std::string& name, const Array<std::uint32_t>& values) {
    add_part(name, PartType::u32, values);
    return {{"name", name}, {"count", values.size()}};
  }
  std::vector<ScreenPart> parts() { return std::move(parts_); }

 private:
  template <typename T>
  void add_part(const std::string& name, PartType type, const Array<T>& values) {
    parts_.push_back({name, type, std::as_bytes(values.span())});
  }
  std::vector<ScreenPart> parts_;
};

Json json_of(const ImageColumn::Plane& plane) {
  Json json = {{"page", plane.page}};
  if (plane.choice)
    json["choice"] = {
        {"channels", plane.choice->channels}, {"position", plane.choice->position}, {"z", plane.choice->z}};
  return json;
}

ImageColumn::Plane plane_of(const Json& json) {
  ImageColumn::Plane plane{json.at("page"), {}};
  if (json.contains("choice")) {
    const auto& choice = json["choice"];
    plane.choice = std::make_shared<const PlaneChoice>(
        PlaneChoice{choice.at("channels"), choice.at("position"), choice.at("z")});
  }
  return plane;
}

// Files of illumination functions as columns, since a path need not be UTF-8, which JSON is.
struct IlluminationColumns {
  TextColumn plate, channel, file;
};
IlluminationColumns illumination_columns(const Screen& screen) {
  IlluminationColumns columns;
  for (const auto& [plate, channels] : screen.illumination)
    for (std::size_t c = 0; c < channels.size(); ++c)
      for (const auto& file : channels[c]) {
        columns.plate.push_back(plate);
        columns.channel.push_back(std::to_string(c));
        columns.file.push_back(file.native());
      }
  return columns;
}

class Unpacker {
 public:
  Unpacker(const std::vector<std::span<const std::byte>>& bytes, std::shared_ptr<const void> keeper,
           std::string where)
      : bytes_(bytes), keeper_(std::move(keeper)), where_(std::move(where)) {}

  TextColumn column(const Json& json) {
    TextColumn::Parts parts;
    parts.coded = json.at("coded");
    parts.rows = json.at("rows");
    parts.bytes = next<char>();
    parts.ends = next<std::uint64_t>();
    parts.codes = next<std::uint32_t>();
    return TextColumn::of_parts(std::move(parts), where_);
  }
  template <typename T>
  Array<T> next() {
    if (at_ >= bytes_.size()) refuse(where_);
    const auto part = bytes_[at_++];
    return {std::span(reinterpret_cast<const T*>(part.data()), part.size() / sizeof(T)), keeper_};
  }

 private:
  const std::vector<std::span<const std::byte>>& bytes_;
  std::shared_ptr<const void> keeper_;
  std::string where_;
  std::size_t at_ = 0;
};

void list_part(std::string name, PartType type, std::size_t count, std::vector<PartSize>& all) {
  auto& part = all.emplace_back();
  part.part.name = std::move(name);
  part.part.type = type;
  part.count = count;
}

void list_column(const Json& json, std::vector<PartSize>& all) {
  for (std::size_t i = 0; i < 3; ++i)
    list_part(json.at("name").get<std::string>() + endings[i], types[i], json.at("counts").at(i), all);
}

ImageColumn unpack_images(const Json& json, Unpacker& unpacker, const std::string& where) {
  ImageColumn column;
  column.folder = unpacker.column(json.at("folder"));
  column.name = unpacker.column(json.at("file"));
  column.plane = unpacker.next<std::uint32_t>();
  for (const auto& plane : json.at("planes")) column.planes.push_back(plane_of(plane));
  const bool fits =
      column.folder.size() == column.name.size() && !column.planes.empty() &&
      (column.plane.empty() || column.plane.size() == column.name.size()) &&
      std::all_of(column.plane.begin(), column.plane.end(), [&](auto p) { return p < column.planes.size(); });
  if (!fits) refuse(where);
  return column;
}

}  // namespace

std::size_t bytes_of(PartType type) {
  return type == PartType::bytes ? 1 : type == PartType::u32 ? 4 : 8;
}

PackedScreen pack_screen(const Screen& screen) {
  Packer packer;
  const auto& fields = screen.fields;
  Json head = {{"channels", screen.channels}, {"notes", screen.notes}, {"fingerprint", screen.fingerprint()}};
  auto& metadata = head["metadata"] = Json::array();
  for (const auto& name : screen.metadata_columns) {
    metadata.push_back(packer.add("metadata/" + name, screen.values(name)));
    metadata.back()["column"] = name;
    metadata.back()["fingerprint"] = screen.column_fingerprint(name);
  }
  auto& images = head["images"] = Json::array();
  for (std::size_t c = 0; c < fields.images().size(); ++c) {
    const auto& column = fields.images()[c];
    const auto name = "images/" + std::to_string(c);
    Json json;
    json["folder"] = packer.add(name + "/folder", column.folder);
    json["file"] = packer.add(name + "/file", column.name);
    json["plane"] = packer.add(name + "/plane", column.plane);
    json["planes"] = Json::array();
    for (const auto& plane : column.planes) json["planes"].push_back(json_of(plane));
    images.push_back(std::move(json));
  }
  const auto illumination = illumination_columns(screen);
  head["illumination"] = {packer.add("illumination/plate", illumination.plate),
                          packer.add("illumination/channel", illumination.channel),
                          packer.add("illumination/file", illumination.file)};
  return {head.dump(-1, ' ', false, Json::error_handler_t::replace),
          packer.parts(),
          {illumination.plate, illumination.channel, illumination.file}};
}

std::vector<PartSize> parts_of(const std::string& head, const std::string& where) {
  std::vector<PartSize> all;
  try {
    const auto json = Json::parse(head);
    for (const auto& column : json.at("metadata")) list_column(column, all);
    for (const auto& column : json.at("images")) {
      list_column(column.at("folder"), all);
      list_column(column.at("file"), all);
      const auto& plane = column.at("plane");
      list_part(plane.at("name"), PartType::u32, plane.at("count"), all);
    }
    for (const auto& column : json.at("illumination")) list_column(column, all);
  } catch (const Json::exception&) {
    refuse(where);
  }
  return all;
}

Screen unpack_screen(const std::string& head, const std::vector<std::span<const std::byte>>& bytes,
                     const std::shared_ptr<const void>& keeper, const std::string& where) {
  try {
    const auto json = Json::parse(head);
    Unpacker unpacker(bytes, keeper, where);
    Screen screen;
    screen.channels = json.at("channels").get<std::vector<std::string>>();
    screen.notes = json.at("notes").get<std::vector<std::string>>();
    auto digests = std::make_shared<Digests>();
    digests->fields = json.at("fingerprint");
    TableRows metadata;
    for (const auto& column : json.at("metadata")) {
      screen.metadata_columns.push_back(column.at("column"));
      digests->columns.push_back(column.at("fingerprint"));
      auto texts = unpacker.column(column);
      if (metadata.empty()) metadata.resize_empty(texts.size());
      if (texts.size() != metadata.size()) refuse(where);
      metadata.add_column(std::move(texts));
    }
    std::vector<ImageColumn> images;
    for (const auto& column : json.at("images")) {
      images.push_back(unpack_images(column, unpacker, where));
      if (images.back().size() != metadata.size()) refuse(where);
    }
    if (screen.metadata_columns.size() < 3 || images.size() != screen.channels.size()) refuse(where);
    const auto plate = unpacker.column(json.at("illumination").at(0)),
               channel = unpacker.column(json.at("illumination").at(1)),
               file = unpacker.column(json.at("illumination").at(2));
    if (plate.size() != file.size() || channel.size() != file.size()) refuse(where);
    for (std::size_t i = 0; i < file.size(); ++i) {
      auto& of_plate = screen.illumination[plate[i]];
      of_plate.resize(screen.channels.size());
      of_plate.at(std::stoul(channel[i])).emplace_back(file[i]);
    }
    screen.fields = FieldList(std::move(metadata), std::move(images), std::move(digests));
    return screen;
  } catch (const Json::exception&) {
    refuse(where);
  } catch (const std::logic_error&) {  // a channel that is no number, or none of the screen
    refuse(where);
  }
}

}  // namespace cytoscale::screen
