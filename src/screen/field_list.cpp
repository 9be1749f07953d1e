#include "screen/field_list.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/error.hpp"

namespace cytoscale::screen {
namespace {

bool same(const ImageColumn::Plane& a, const ImageColumn::Plane& b) {
  return a.page == b.page && (a.choice == b.choice || (a.choice && b.choice && *a.choice == *b.choice));
}

}  // namespace

ImageFile ImageColumn::operator[](std::size_t field) const {
  const auto& of_field = plane_of(field);
  return {std::filesystem::path(folder[field] + name[field]), of_field.page, of_field.choice};
}

void ImageColumn::push_back(const ImageFile& image) {
  const std::string_view path = image.path.native();
  const auto begin = path.rfind('/') + 1;  // 0 where there is none
  push_back(path.substr(0, begin), path.substr(begin), number_of({image.page, image.choice}));
}

void ImageColumn::push_back(std::string_view of_folder, std::string_view of_name, std::uint32_t number) {
  if (number > 0 && plane.empty()) plane.own().assign(size(), 0);
  if (!plane.empty() || number > 0) plane.push_back(number);
  folder.push_back(of_folder);
  name.push_back(of_name);
}

std::uint32_t ImageColumn::number_of(const Plane& wanted) {
  for (std::size_t i = planes.size(); i-- > 0;)
    if (same(planes[i], wanted)) return static_cast<std::uint32_t>(i);
  planes.push_back(wanted);
  return static_cast<std::uint32_t>(planes.size() - 1);
}

void ImageColumn::pick(std::span<const std::size_t> fields) {
  folder = folder.rows(fields);
  name = name.rows(fields);
  if (plane.empty()) return;
  std::vector<std::uint32_t> picked;
  for (const auto field : fields) picked.push_back(plane[field]);
  plane = std::move(picked);
}

FieldList::FieldList(std::initializer_list<Field> fields) {
  for (const auto& field : fields) push_back(field);
}

FieldList::FieldList(TableRows metadata, std::vector<ImageColumn> images,
                     std::shared_ptr<const Digests> digests)
    : size_(metadata.size()),
      plates_(metadata.column(0)),
      wells_(metadata.column(1)),
      sites_(metadata.column(2)),
      metadata_(std::move(metadata)),
      images_(std::move(images)),
      digests_(std::move(digests)) {}

const Field FieldList::operator[](std::size_t field) const {  // NOLINT
  return {plates_[field], wells_[field], sites_[field], metadata_[field], images_of(field)};
}

const Field FieldList::at(std::size_t field) const {  // NOLINT
  if (field >= size_) throw std::out_of_range("field " + std::to_string(field));
  return (*this)[field];
}

std::vector<ImageFile> FieldList::images_of(std::size_t field) const {
  std::vector<ImageFile> images;
  images.reserve(images_.size());
  for (const auto& column : images_) images.push_back(column[field]);
  return images;
}

void FieldList::push_back(const Field& field) {
  if (size_ == 0) images_.resize(field.images.size());
  if (field.images.size() != images_.size())
    throw Error("a field of " + std::to_string(field.images.size()) + " images beside fields of " +
                    std::to_string(images_.size()),
                "the screen", "This is a defect: please report it");
  digests_.reset();
  plates_.push_back(field.plate);
  wells_.push_back(field.well);
  sites_.push_back(field.site);
  metadata_.push_back(field.metadata);
  for (std::size_t c = 0; c < images_.size(); ++c) images_[c].push_back(field.images[c]);
  ++size_;
}

void FieldList::pick(std::span<const std::size_t> fields) {
  digests_.reset();
  plates_ = plates_.rows(fields);
  wells_ = wells_.rows(fields);
  sites_ = sites_.rows(fields);
  metadata_.pick(fields);
  for (auto& column : images_) column.pick(fields);
  size_ = fields.size();
}

void FieldList::keep(const std::function<bool(const Field&)>& wanted) {
  std::vector<std::size_t> kept;
  for (std::size_t f = 0; f < size_; ++f)
    if (wanted((*this)[f])) kept.push_back(f);
  pick(kept);
}

void FieldList::change(const std::function<void(FieldId, Field&)>& change_one) {
  FieldList changed;
  for (FieldId f; f < size_; ++f) {
    Field field = (*this)[f];
    change_one(f, field);
    changed.push_back(field);
  }
  *this = std::move(changed);
}

}  // namespace cytoscale::screen
