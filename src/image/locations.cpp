#include "image/locations.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/table/csv.hpp"
#include "core/text/letter_case.hpp"
#include "core/text/spelling.hpp"
#include "core/text/text.hpp"
#include "core/text/well_name.hpp"

namespace cytoscale::image {
namespace {

constexpr std::array<std::array<const char*, 2>, 6> known_columns = {{
    {"Nuclei_Location_Center_X", "Nuclei_Location_Center_Y"},
    {"Nuclei_AreaShape_Center_X", "Nuclei_AreaShape_Center_Y"},
    {"Location_Center_X", "Location_Center_Y"},
    {"AreaShape_Center_X", "AreaShape_Center_Y"},
    {"Center_X", "Center_Y"},
    {"X", "Y"},
}};

std::optional<std::size_t> find_any_case(const Table& table, const std::string& name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (lower_case(table.columns[i]) == lower_case(name)) return i;
  }
  return std::nullopt;
}

float coordinate(const std::string& text, const std::filesystem::path& csv, std::size_t row) {
  const auto value = to_number(text);
  // Also as a float: 1e39 is not.
  if (value && std::isfinite(static_cast<float>(*value))) return static_cast<float>(*value);
  throw Error("the location \"" + text + "\" is not a number",
              csv.string() + ", data row " + std::to_string(row + 1),
              "Give pixel coordinates, or remove the row");
}

// "Nuclei.csv" and "run1_Nuclei.csv" have Image.csv and run1_Image.csv beside them: of those that begin as
// the table does, the one with the longest beginning.
std::optional<std::filesystem::path> image_table_beside(const std::filesystem::path& csv) {
  const auto name = csv.filename().string();
  std::optional<std::filesystem::path> best;
  std::size_t longest = 0;
  const auto folder = csv.parent_path().empty() ? std::filesystem::path(".") : csv.parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto other = entry.path().filename().string();
    for (const std::string ending : {"Image.csv", "Image.csv.gz"}) {
      if (!other.ends_with(ending) || other == name) continue;
      const auto beginning = other.substr(0, other.size() - ending.size());
      if (!name.starts_with(beginning) || (best && beginning.size() <= longest)) continue;
      best = entry.path();
      longest = beginning.size();
    }
  }
  return best;
}

// Columns that name a field, of a table of images or of cells.
struct NameColumns {
  std::optional<std::size_t> plate, well, site;
  bool any() const { return plate || well || site; }
};

NameColumns name_columns(const Table& table) {
  const auto find = [&](const std::string& name) {
    const auto own = table.find("Metadata_" + name);
    return own ? own : table.find("Image_Metadata_" + name);
  };
  return {find("Plate"), find("Well"), find("Site")};
}

bool is_file_column(const std::string& column) {
  return column.starts_with("FileName_") || column.starts_with("Image_FileName_");
}

bool has_file(const Table& table, const std::vector<std::string>& row, const FieldNames& field) {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (is_file_column(table.columns[c]) &&
        std::find(field.files.begin(), field.files.end(), row[c]) != field.files.end())
      return true;
  return false;
}

// The same number or text.
bool same(const std::string& a, const std::string& b) {
  return a == b || dose_spelling(a) == dose_spelling(b);
}

bool is_of(const Table& table, const std::vector<std::string>& row, const FieldNames& field) {
  const auto columns = name_columns(table);
  const bool files = std::any_of(table.columns.begin(), table.columns.end(), is_file_column);
  const auto fits = [&](const std::optional<std::size_t>& column, const std::string& name) {
    return !column || same(row[*column], name);
  };
  const bool named = fits(columns.plate, field.plate) &&
                     (!columns.well || well_key(row[*columns.well]) == well_key(field.well)) &&
                     fits(columns.site, field.site);
  if (columns.well && columns.site) return named;
  return named && (files ? has_file(table, row, field) : columns.any());
}

// Whether the table is of this plate, as far as it says.
bool lists_plate(const Table& table, const std::string& plate) {
  const auto column = name_columns(table).plate;
  if (!column) return false;
  const auto plates = table.rows.column(*column).codes().texts;
  return std::any_of(plates.begin(), plates.end(), [&](const auto& text) { return same(text, plate); });
}

}  // namespace

LocationTable::LocationTable(const std::filesystem::path& csv) : path_(csv) {
  const auto table = read_csv(csv);
  std::optional<std::size_t> x, y;
  for (const auto& [x_name, y_name] : known_columns) {
    x = find_any_case(table, x_name);
    y = find_any_case(table, y_name);
    if (x && y) break;
  }
  if (!x || !y)
    throw Error("no pair of location columns is known among: " + join(table.columns, ", "), csv.string(),
                "Name them Nuclei_Location_Center_X and Nuclei_Location_Center_Y, or X and Y");
  centers_.reserve(table.rows.size());
  TextColumn::Cursor next_y(table.rows.column(*y)), next_x(table.rows.column(*x));
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const float at_y = coordinate(std::string(next_y.next()), csv, row);
    centers_.emplace_back(at_y, coordinate(std::string(next_x.next()), csv, row));
  }
  auto image = table.find("ImageNumber");
  for (const char* other : {"Image_ImageNumber", "Metadata_ImageNumber", "Nuclei_ImageNumber"})
    if (!image) image = table.find(other);
  if (name_columns(table).any()) {
    tell_by_metadata(table);
  } else if (image) {
    tell_by_image(table, *image);
  }
}

void LocationTable::tell_by_image(const Table& table, std::size_t image) {
  std::set<std::string> images;
  for (const auto& text : table.rows.column(image).codes().texts) images.insert(text);
  const auto beside = image_table_beside(path_);
  if (images.size() < 2 && !beside) return;  // as CellProfiler writes it for one image
  if (!beside)
    throw Error("the table holds the cells of " + count_text(images.size()) + " images (ImageNumber " +
                    join_some({images.begin(), images.end()}, 4) +
                    "), and nothing tells which field each is of",
                path_.string(), "Put CellProfiler's Image.csv beside it, or make a table for each field");
  auto fields = read_csv(*beside);
  if (images.size() < 2 && fields.rows.size() < 2) return;
  const auto number = fields.column("ImageNumber", beside->string());
  field_images_ = fields.rows.column(number).texts();
  image_of_row_ = table.rows.column(image).texts();
  field_rows_.assign(fields.rows.begin(), fields.rows.end());
  fields_ = std::move(fields);
}

void LocationTable::tell_by_metadata(const Table& table) {
  const auto columns = name_columns(table);
  std::map<std::string, std::size_t> known;
  std::vector<std::string> images;
  Table fields{{}, {}};
  std::vector<std::size_t> taken;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (c == columns.plate || c == columns.well || c == columns.site || is_file_column(table.columns[c])) {
      taken.push_back(c);
      fields.columns.push_back(table.columns[c]);
    }
  std::vector<TextColumn::Cursor> next;
  for (const auto c : taken) next.emplace_back(table.rows.column(c));
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    std::vector<std::string> names;
    for (auto& cursor : next) names.emplace_back(cursor.next());
    const auto [at, fresh] = known.emplace(join(names, "\n"), known.size());
    if (fresh) fields.rows.push_back(names);
    image_of_row_.push_back(std::to_string(at->second));
  }
  if (fields.rows.size() < 2) return image_of_row_.clear();  // a table of one field may name it as it likes
  for (std::size_t i = 0; i < fields.rows.size(); ++i) field_images_.push_back(std::to_string(i));
  field_rows_.assign(fields.rows.begin(), fields.rows.end());
  fields_ = std::move(fields);
}

std::vector<Center> LocationTable::of(const FieldNames& field) const {
  if (!tells_fields()) return centers_;
  std::optional<std::string> image;
  for (std::size_t i = 0; i < field_rows_.size(); ++i) {
    if (!is_of(fields_, field_rows_[i], field)) continue;
    if (image && *image != field_images_[i])
      throw Error("the table has two images of plate " + field.plate + ", well " + field.well + ", site " +
                      field.site,
                  path_.string(), "Give Metadata_Plate, Metadata_Well and Metadata_Site for each image");
    image = field_images_[i];
  }
  if (!image && lists_plate(fields_, field.plate)) return {};  // a field without cells
  if (!image)
    throw Error(
        "the table does not know plate " + field.plate + ", well " + field.well + ", site " + field.site,
        path_.string(), "Check Metadata_Plate, _Well, _Site and FileName_… in it, or in Image.csv beside it");
  std::vector<Center> centers;
  for (std::size_t row = 0; row < centers_.size(); ++row)
    if (image_of_row_[row] == *image) centers.push_back(centers_[row]);
  return centers;
}

std::vector<Center> read_locations(const std::filesystem::path& csv) {
  return LocationTable(csv).of({});
}

}  // namespace cytoscale::image
