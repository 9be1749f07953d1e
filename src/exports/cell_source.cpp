#include "exports/cell_source.hpp"

#include <algorithm>

namespace cytoscale::exports {
namespace {

// Of obs, measured on the nucleus.
struct Measurement {
  const char* name;
  ColumnKind kind;
};
constexpr Measurement measurements[] = {
    {"Nuclei_Location_Center_X", ColumnKind::single},
    {"Nuclei_Location_Center_Y", ColumnKind::single},
    {"Nuclei_AreaShape_Area", ColumnKind::single},
    {"Nuclei_AreaShape_Eccentricity", ColumnKind::single},
    {"Nuclei_Intensity_MeanIntensity", ColumnKind::single},
    {"Nuclei_Border", ColumnKind::whole},
};

ColumnKind kind_of(const screen::ColumnNumbers& numbers) {
  return numbers.whole ? ColumnKind::whole : ColumnKind::real;
}

}  // namespace

CellSource::CellSource(const std::filesystem::path& embeddings, const std::string& feature_prefix)
    : reader_(embeddings) {
  single_ = true;
  for (const auto& name : reader_.feature_names()) features_.push_back(feature_name(name, feature_prefix));
  const Table& fields = reader_.fields();
  plate_ = fields.column("Metadata_Plate"), well_ = fields.column("Metadata_Well");
  site_ = fields.column("Metadata_Site");
  const auto numeric = screen::number_columns(fields);
  columns_.push_back({"Metadata_Cell", ColumnKind::text});
  for (std::size_t c = 0; c < fields.columns.size(); ++c) {
    const auto& texts = texts_.emplace_back(fields.rows.column(c));
    auto& numbers = numbers_.emplace_back();
    const bool is_number = std::ranges::count(numeric, fields.columns[c]) > 0;
    if (is_number) numbers = *screen::numbers_of(texts);
    columns_.push_back({metadata_name(fields.columns[c]), is_number ? kind_of(numbers) : ColumnKind::text});
  }
  for (const auto& measurement : measurements)
    columns_.push_back({metadata_name(measurement.name), measurement.kind});
  first_kept_.push_back(0);
  for (std::size_t f = 0; f < fields.rows.size(); ++f) {
    const auto cells = reader_.first_row()[f + 1] - reader_.first_row()[f];
    first_kept_.push_back(first_kept_.back() +
                          (reader_.field_failed()[f] ? 0 : static_cast<std::size_t>(cells)));
  }
  rows_ = first_kept_.back();
}

std::vector<CellSource::Stretch> CellSource::stretches_of(std::size_t first, std::size_t count) const {
  std::vector<Stretch> stretches;
  const std::size_t end = std::min(first + count, rows_);
  auto field = static_cast<std::size_t>(std::ranges::upper_bound(first_kept_, first) - first_kept_.begin());
  for (field -= field > 0; first < end; ++field) {
    const std::size_t last = std::min(end, first_kept_[field + 1]);
    if (last <= first) continue;
    const auto within = static_cast<std::int64_t>(first - first_kept_[field]);
    stretches.push_back(
        {field, reader_.first_row()[field] + within, static_cast<std::int64_t>(last - first)});
    first = last;
  }
  return stretches;
}

void CellSource::add(Rows& rows, const Stretch& stretch) const {
  const auto field = reader_.fields().rows[stretch.field];
  const auto count = static_cast<std::size_t>(stretch.count);
  const auto within = stretch.first - reader_.first_row()[stretch.field];
  for (std::int64_t i = 0; i < stretch.count; ++i)
    rows.columns[0].texts.push_back(store::cell_name(field[plate_], field[well_], field[site_], within + i));
  for (std::size_t c = 0; c < texts_.size(); ++c) {
    auto& values = rows.columns[c + 1];
    if (columns_[c + 1].kind == ColumnKind::text)
      values.texts.insert(values.texts.end(), count, texts_[c][stretch.field]);
    else
      values.numbers.insert(values.numbers.end(), count, numbers_[c].values[stretch.field]);
  }
}

Rows CellSource::read(std::size_t first, std::size_t count) const {
  Rows rows;
  rows.columns.resize(columns_.size());
  const auto stretches = stretches_of(first, count);
  for (const auto& stretch : stretches) {
    add(rows, stretch);
    rows.count += static_cast<std::size_t>(stretch.count);
  }
  rows.singles.resize(rows.count * features_.size());
  std::size_t at = 0;
  std::vector<float> measured(rows.count);
  // Of fields that follow one another in the file, the rows are read at once.
  for (std::size_t i = 0; i < stretches.size();) {
    std::int64_t together = 0;
    const auto from = stretches[i].first;
    for (; i < stretches.size() && stretches[i].first == from + together; ++i) together += stretches[i].count;
    const auto size = static_cast<std::size_t>(together);
    reader_.read_rows(from, together,
                      std::span(rows.singles).subspan(at * features_.size(), size * features_.size()));
    std::size_t column = 1 + texts_.size();
    for (const auto& measurement : measurements) {
      const auto values = std::span(measured).first(size);
      reader_.read_column(measurement.name, from, together, values);
      auto& numbers = rows.columns[column++].numbers;
      numbers.insert(numbers.end(), values.begin(), values.end());
    }
    at += size;
  }
  return rows;
}

}  // namespace cytoscale::exports
