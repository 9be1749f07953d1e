// What there is to depend on in a screen, part by part: a stage is done anew when a part that it reads has
// changed, and not when another has.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/enum_names.hpp"
#include "mpi/communicator.hpp"
#include "screen/screen.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::pipeline {

// What a job reads of the screen.
struct ScreenUse {
  bool fields = false;                    // which fields there are, and their image files' names
  bool images = false;                    // the images themselves
  bool metadata = false;                  // all metadata columns
  std::vector<std::string> columns = {};  // or these
  bool illumination = false;              // files of illumination functions that the manifest names
  std::string field_files = {};           // a further file of each field, named with {Plate}, {Well}, {Site}
};

enum class ImageDigest {
  stat,     // size, time of change and inode of each image file
  content,  // its bytes: slow, but a copy of the screen on another disk is the same
};

// Of the parts that `use` names: "fields", "images", "Metadata_…" (the columns), "field files",
// "illumination". Ranks share
// the files. The same on all ranks, whatever their number. A file or column that is not there is no error.
// Collective: yes.
std::map<std::string, store::ReadState> screen_reads(const mpi::Communicator& comm,
                                                     const screen::Screen& screen, const ScreenUse& use,
                                                     ImageDigest how);

}  // namespace cytoscale::pipeline

template <>
struct cytoscale::EnumNames<cytoscale::pipeline::ImageDigest> {
  static constexpr const char* what = "way to tell images apart";
  static constexpr EnumName<pipeline::ImageDigest> all[] = {{pipeline::ImageDigest::stat, "stat"},
                                                            {pipeline::ImageDigest::content, "content"}};
};
