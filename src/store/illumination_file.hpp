// Illumination functions on disk, illumination.h5: one group a plate with the gain on its grid,
// [channels][rows][columns] float32 (image/illumination.hpp), a few hundred kilobytes a channel at most.
// HDF5 is spoken from one thread: read on the main thread, hand the result to others. Collective: no.
#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "image/illumination.hpp"
#include "screen/screen.hpp"

namespace cytoscale::store {

// Used by one rank (root). Plates are added one at a time, so that memory holds one of them; commit() makes
// the file appear (written beside, synced, renamed). Without commit() nothing is left behind.
class IlluminationWriter {
 public:
  IlluminationWriter(const std::filesystem::path& path, const screen::Screen& screen,
                     const nlohmann::json& provenance);
  ~IlluminationWriter();
  IlluminationWriter(const IlluminationWriter&) = delete;
  IlluminationWriter& operator=(const IlluminationWriter&) = delete;

  void add(const std::string& plate, const image::Illumination& illumination);
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// As bytes, to keep a plate's in a journal (store/rows/journal.hpp). unpack_illumination() throws Error where
// the bytes are not of pack_illumination().
std::string pack_illumination(const image::Illumination& illumination);
image::Illumination unpack_illumination(const std::string& bytes);

class IlluminationReader {
 public:
  // Throws Error: missing, truncated, not an illumination file.
  explicit IlluminationReader(const std::filesystem::path& path);
  ~IlluminationReader();
  IlluminationReader(IlluminationReader&&) noexcept;
  IlluminationReader& operator=(IlluminationReader&&) noexcept;

  const std::vector<std::string>& channels() const;
  const std::vector<std::string>& plates() const;
  // Throws Error when channels differ from the screen's or one of its plates is absent.
  void check_matches(const screen::Screen& screen) const;
  image::Illumination read(const std::string& plate) const;  // throws Error for an unknown plate

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The functions of plates as their fields come, plate by plate: the last one read is kept.
class PlateIllumination {
 public:
  // An empty path: no correction. Throws Error as IlluminationReader and its check_matches().
  PlateIllumination(const std::filesystem::path& path, const screen::Screen& screen);
  std::shared_ptr<const image::Illumination> of(const std::string& plate);  // nullptr: no correction

 private:
  std::optional<IlluminationReader> reader_;
  std::string plate_;
  std::shared_ptr<const image::Illumination> held_;
};

}  // namespace cytoscale::store
