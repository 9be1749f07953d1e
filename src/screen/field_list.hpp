// The fields of a screen, in order, by column: plates, wells, metadata, folders and names of files, in some
// ten bytes each (core/table/text_column.hpp).
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/image_file.hpp"
#include "core/table/array.hpp"
#include "core/table/table.hpp"

namespace cytoscale::screen {

struct Field {
  std::string plate, well, site;      // also metadata Metadata_Plate, Metadata_Well, Metadata_Site
  std::vector<std::string> metadata;  // as Screen::metadata_columns
  std::vector<ImageFile> images;      // as Screen::channels; absolute or relative to the working directory
};

// One channel's images.
struct ImageColumn {
  TextColumn folder, name;  // of the path: all up to the last slash with it, and what follows
  // Which plane of the file: a number into `planes`, by field; none where all have the first.
  struct Plane {
    int page = 0;
    std::shared_ptr<const PlaneChoice> choice = {};
  };
  std::vector<Plane> planes;
  Array<std::uint32_t> plane;

  std::size_t size() const { return name.size(); }
  const Plane& plane_of(std::size_t field) const { return planes[plane.empty() ? 0 : plane[field]]; }
  ImageFile operator[](std::size_t field) const;
  void push_back(const ImageFile& image);
  // Path and plane, in parts as they are stored.
  void push_back(std::string_view folder, std::string_view name, std::uint32_t plane);
  void pick(std::span<const std::size_t> fields);
  // Of a plane, which is added where it is new: takes long where there are many.
  std::uint32_t number_of(const Plane& plane);
};

// Fingerprints of a screen's parts, where they are known (screen/packed_screen.hpp): of the fields, and of
// each metadata column.
struct Digests {
  std::string fields;
  std::vector<std::string> columns;
};

class FieldList {
 public:
  FieldList() = default;
  FieldList(std::initializer_list<Field> fields);
  // `metadata`: begins with plate, well and site. Of equal lengths.
  FieldList(TableRows metadata, std::vector<ImageColumn> images, std::shared_ptr<const Digests> digests = {});

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Put together of its columns: loops over many fields go over columns instead.
  const Field operator[](std::size_t field) const;         // NOLINT: what is written to it would be lost
  const Field at(std::size_t field) const;                 // NOLINT; throws std::out_of_range
  const Field front() const { return (*this)[0]; }         // NOLINT
  const Field back() const { return (*this)[size_ - 1]; }  // NOLINT

  const TextColumn& plates() const { return plates_; }
  const TextColumn& wells() const { return wells_; }
  const TextColumn& sites() const { return sites_; }
  const TableRows& metadata() const { return metadata_; }
  const std::vector<ImageColumn>& images() const { return images_; }
  // Nothing where they are not known, or the fields were changed since.
  const Digests* digests() const { return digests_.get(); }
  std::vector<ImageFile> images_of(std::size_t field) const;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using pointer = const Field*;
    using reference = const Field;
    Iterator(const FieldList& fields, std::size_t field) : fields_(&fields), field_(field) {}
    const Field operator*() const { return (*fields_)[field_]; }  // NOLINT
    Iterator& operator++() {
      ++field_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return field_ == other.field_; }

   private:
    const FieldList* fields_;
    std::size_t field_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

  // Each with as many metadata values and images as the first.
  void push_back(const Field& field);
  // Those named, in this order.
  void pick(std::span<const std::size_t> fields);
  void keep(const std::function<bool(const Field&)>& keep);
  // Each field anew: for few fields.
  void change(const std::function<void(FieldId, Field&)>& change);

 private:
  std::size_t size_ = 0;
  TextColumn plates_, wells_, sites_;
  TableRows metadata_;
  std::vector<ImageColumn> images_;
  std::shared_ptr<const Digests> digests_;
};

}  // namespace cytoscale::screen
