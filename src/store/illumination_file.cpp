#include "store/illumination_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/atomic_file.hpp"
#include "hdf5/file.hpp"
#include "store/integrity/seal_file.hpp"
#include "store/integrity/sealed_file.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* format_name = "cytoscale illumination";
constexpr std::int64_t format_version = 2;  // 1: gains of whole fields

// Of a record: channels, height, width, step.
using Sizes = std::array<std::int32_t, 4>;

// Plate names may hold any character; HDF5 names may not hold a slash. So groups are numbered.
std::string group_name(std::size_t index) {
  return "plate" + std::to_string(index);
}

}  // namespace

struct IlluminationWriter::Impl {
  std::optional<AtomicFile> beside;
  hdf5::File file;
  std::size_t channels = 0;
  std::vector<std::string> plates;
  Fingerprint content;
};

IlluminationWriter::IlluminationWriter(const fs::path& path, const screen::Screen& screen,
                                       const nlohmann::json& provenance)
    : impl_(std::make_unique<Impl>()) {
  impl_->beside.emplace(path);
  impl_->channels = screen.channels.size();
  impl_->file = hdf5::File::create(impl_->beside->path());
  hdf5::Group& root = impl_->file.root();
  root.set_attribute("format", format_name);
  root.set_attribute("format_version", format_version);
  root.set_attribute("provenance", provenance.dump());
  root.store_texts("channels", screen.channels);
}

IlluminationWriter::~IlluminationWriter() {
  impl_->file = hdf5::File();  // closed before it is removed, where it was not committed
}

void IlluminationWriter::add(const std::string& plate, const image::Illumination& illumination) {
  const auto channels = static_cast<std::uint64_t>(illumination.channels);
  if (channels != impl_->channels)
    throw Error("the gain has another number of channels than the screen", plate);
  if (std::count(impl_->plates.begin(), impl_->plates.end(), plate) > 0)
    throw Error("the plate was added twice", plate);
  hdf5::Group group = impl_->file.root().create_group(group_name(impl_->plates.size()));
  group.set_attribute("plate", plate);
  group.set_attribute("height", std::int64_t{illumination.height});
  group.set_attribute("width", std::int64_t{illumination.width});
  group.set_attribute("step_px", std::int64_t{illumination.step_px});
  const auto grid = illumination.grid();
  group.store<float>(
      "gain", {channels, static_cast<std::uint64_t>(grid.height), static_cast<std::uint64_t>(grid.width)},
      illumination.gain);
  impl_->plates.push_back(plate);
  impl_->content.add(plate).add(pack_illumination(illumination));
}

void IlluminationWriter::commit() {
  impl_->file.root().store_texts("plates", impl_->plates);
  impl_->file.root().set_attribute(content_attribute, impl_->content.text());
  impl_->file.close();
  seal_file(mpi::Communicator::self(), impl_->beside->path());
  impl_->beside->commit();
}

std::string pack_illumination(const image::Illumination& illumination) {
  const Sizes sizes{illumination.channels, illumination.height, illumination.width, illumination.step_px};
  std::string bytes(reinterpret_cast<const char*>(sizes.data()), sizeof sizes);
  bytes.append(reinterpret_cast<const char*>(illumination.gain.data()),
               illumination.gain.size() * sizeof(float));
  return bytes;
}

image::Illumination unpack_illumination(const std::string& bytes) {
  Sizes sizes{};
  if (bytes.size() >= sizeof sizes) std::memcpy(sizes.data(), bytes.data(), sizeof sizes);
  image::Illumination illumination{sizes[0], sizes[1], sizes[2], {}, sizes[3]};
  const bool possible = std::min({sizes[0], sizes[1], sizes[2]}) >= 0 && sizes[3] >= 1;
  const auto grid = possible ? illumination.grid() : image::PictureSize();
  // As a double their product does not wrap around.
  const double values = static_cast<double>(sizes[0]) * grid.height * grid.width;
  if (!possible || static_cast<double>(bytes.size()) != sizeof sizes + values * sizeof(float))
    throw Error("a record of a plate has another size than it says", "illuminate's journal",
                "Run illuminate again with --overwrite");
  illumination.gain.resize(static_cast<std::size_t>(values));
  if (values > 0)
    std::memcpy(illumination.gain.data(), bytes.data() + sizeof sizes,
                illumination.gain.size() * sizeof(float));
  return illumination;
}

struct IlluminationReader::Impl {
  explicit Impl(const fs::path& path) : sealed(path), where(path.string()) {
    sealed.check_structure();
    file = hdf5::File::open(path, hdf5::File::Access::read);
  }
  SealedFile sealed;
  hdf5::File file;
  std::string where;
  std::vector<std::string> channels, plates;
};

IlluminationReader::IlluminationReader(const fs::path& path) : impl_(std::make_unique<Impl>(path)) {
  const hdf5::Group& root = impl_->file.root();
  if (root.text_attribute("format", "") != format_name) {
    throw Error("this is not an illumination file", impl_->where,
                "Give the illumination.h5 that illuminate made");
  }
  if (root.integers_attribute("format_version") != std::vector<std::int64_t>{format_version}) {
    throw Error("the illumination file is of another format version", impl_->where, "Run illuminate again");
  }
  impl_->channels = root.dataset("channels").read_texts();
  impl_->plates = root.dataset("plates").read_texts();
}

IlluminationReader::~IlluminationReader() = default;
IlluminationReader::IlluminationReader(IlluminationReader&&) noexcept = default;
IlluminationReader& IlluminationReader::operator=(IlluminationReader&&) noexcept = default;

const std::vector<std::string>& IlluminationReader::channels() const {
  return impl_->channels;
}
const std::vector<std::string>& IlluminationReader::plates() const {
  return impl_->plates;
}

void IlluminationReader::check_matches(const screen::Screen& screen) const {
  const std::string remedy = "Run illuminate again, or give the manifest it was made from";
  if (screen.channels != impl_->channels) throw Error("it was made for other channels", impl_->where, remedy);
  for (const auto& plate : screen::plates_of(screen)) {
    if (std::count(impl_->plates.begin(), impl_->plates.end(), plate.plate) == 0) {
      throw Error("plate " + plate.plate + " is not in it", impl_->where, remedy);
    }
  }
}

image::Illumination IlluminationReader::read(const std::string& plate) const {
  const auto found = std::find(impl_->plates.begin(), impl_->plates.end(), plate);
  if (found == impl_->plates.end()) {
    throw Error("plate " + plate + " is not in it", impl_->where, "Run illuminate again");
  }
  const auto index = static_cast<std::size_t>(found - impl_->plates.begin());
  const hdf5::Group group = impl_->file.root().group(group_name(index));
  const std::string again = "Run illuminate again";
  const auto number = [&](const char* attribute, std::int64_t least) {
    const auto values = group.integers_attribute(attribute);
    if (values.size() != 1 || values[0] < least || values[0] > std::numeric_limits<std::int32_t>::max())
      throw Error(std::string("its ") + attribute + " is no number of pixels", group.where(), again);
    return static_cast<int>(values[0]);
  };
  image::Illumination result{static_cast<int>(impl_->channels.size()),
                             number("height", 0),
                             number("width", 0),
                             {},
                             number("step_px", 1)};
  impl_->sealed.check_dataset("/" + group_name(index) + "/gain");
  const hdf5::Dataset gain = group.dataset("gain");
  const auto grid = result.grid();
  if (gain.shape() != hdf5::Shape{impl_->channels.size(), static_cast<std::uint64_t>(grid.height),
                                  static_cast<std::uint64_t>(grid.width)})
    throw Error("the gain is not [channels][rows][columns] of its grid", gain.where(), again);
  result.gain = gain.read_all<float>();
  return result;
}

PlateIllumination::PlateIllumination(const std::filesystem::path& path, const screen::Screen& screen) {
  if (path.empty()) return;
  reader_.emplace(path);
  reader_->check_matches(screen);
}

std::shared_ptr<const image::Illumination> PlateIllumination::of(const std::string& plate) {
  if (!reader_) return nullptr;
  if (!held_ || plate != plate_) {
    held_ = std::make_shared<image::Illumination>(reader_->read(plate));
    plate_ = plate;
  }
  return held_;
}

}  // namespace cytoscale::store
