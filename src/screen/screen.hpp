// A screen: its fields in global order (plate, well, site; natural order), each with its images and metadata.
// Every job counts fields and cells in this order, so that results do not depend on who computed what
// (docs/architecture.md, rule 7).
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/image_file.hpp"
#include "core/log.hpp"
#include "core/table/csv.hpp"
#include "screen/field_list.hpp"

namespace cytoscale::screen {

struct Screen {
  std::vector<std::string> channels;          // e.g. DNA, Tubulin, Actin
  std::vector<std::string> metadata_columns;  // begins with Metadata_Plate, Metadata_Well, Metadata_Site
  FieldList fields;                           // sorted, no two with the same plate, well and site
  // Files of illumination functions that the manifest names: of each plate, for each channel, without
  // repetition.
  std::map<std::string, std::vector<std::vector<std::filesystem::path>>> illumination;
  std::vector<std::filesystem::path>
      sources;                     // files that its reader read, and folders that it looked through
  std::vector<std::string> notes;  // what its reader changed or assumed: for the log, and for check

  // Index of a metadata column; throws Error naming it and those present.
  std::size_t column(const std::string& name) const;
  // Values of a metadata column, one per field.
  const TextColumn& values(const std::string& column) const;
  std::size_t channel(const std::string& name) const;
  // A pattern of file names with the field's {Plate}, {Well}, {Site} and other metadata put in.
  std::string fill(const std::string& pattern, FieldId field) const;
  // Name for messages: "plate P1, well A01, site 2".
  std::string name(FieldId field) const;
  // Which fields there are: channels, plates, wells, sites and their image files' names. What is measured in
  // the images depends on these alone; a corrected compound or class does not change it. 32 hexadecimal
  // digits.
  std::string fingerprint() const;
  // Of one metadata column, and of all of them: what results that carry them depend on.
  std::string column_fingerprint(const std::string& column) const;
  std::string metadata_fingerprint() const;
};

// To the log of rank 0, each once.
void say_notes(const Screen& screen, Log& log);

// Channels that have one and the same plane in some field: a line for each pair. What names a channel within
// a file
// (.ome.tif) does not count.
std::vector<std::string> shared_planes(const Screen& screen);

// Puts fields in global order. Of those with one plate, well and site the first stays; the others are named.
std::vector<std::string> order_fields(Screen& screen);

// A run of fields that belong together.
struct Well {
  std::string plate, well;
  std::size_t first_field, field_count;
};
struct Plate {
  std::string plate;
  std::size_t first_field, field_count;
};
std::vector<Well> wells_of(const Screen& screen);
std::vector<Plate> plates_of(const Screen& screen);

}  // namespace cytoscale::screen
