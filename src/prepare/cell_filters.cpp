#include "prepare/cell_filters.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <tuple>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/table/csv.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"
#include "screen/plan.hpp"

namespace cytoscale::prepare {
namespace {

using store::FieldCells;

// Of a cell: how far beyond the threshold, 0 and less: it stays.
struct Judgement {
  double excess = 0, value = 0, threshold = 0;
};

// Takes out the cells that `judge` finds beyond; the row of the one furthest beyond.
template <typename Judge>
void drop_where(FieldCells& cells, DropReason reason, std::vector<Dropped>& dropped, Judge judge) {
  std::vector<std::size_t> kept;
  Judgement furthest;
  for (std::size_t i = 0; i < cells.y.size(); ++i) {
    const Judgement found = judge(i);
    if (!(found.excess > 0)) {
      kept.push_back(i);
    } else if (found.excess > furthest.excess) {
      furthest = found;
    }
  }
  const auto gone = cells.y.size() - kept.size();
  if (gone == 0) return;
  dropped.push_back({std::int64_t(std::size_t(cells.field)), reason, -1, std::int64_t(gone), furthest.value,
                     furthest.threshold});
  const auto keep = [&](auto& column) {
    for (std::size_t k = 0; k < kept.size(); ++k) column[k] = column[kept[k]];
    column.resize(kept.size());
  };
  for (auto column : {&FieldCells::y, &FieldCells::x, &FieldCells::area_px, &FieldCells::mean_intensity,
                      &FieldCells::eccentricity})
    keep(cells.*column);
  keep(cells.border);
}

// A field's values, for medians over plates.
struct FieldValue {
  std::int64_t plate;
  float value;
};

// By plate, of all ranks; NaN where there is nothing.
std::vector<double> medians(const mpi::Communicator& comm, std::size_t plates,
                            const std::vector<FieldValue>& mine) {
  std::vector<std::vector<double>> values(plates);
  for (const auto& [plate, value] : comm.gather_all<FieldValue>(mine))
    values[std::size_t(plate)].push_back(value);
  std::vector<double> found;
  for (auto& of_plate : values) found.push_back(median_of(std::move(of_plate)));
  return found;
}

class Filter {
 public:
  Filter(const mpi::Communicator& comm, const screen::Screen& screen, std::size_t dna,
         const CellFilters& filters, std::vector<FieldCells>& mine)
      : comm_(comm), plate_(screen), plates_(plate_.plates()), dna_(dna), filters_(filters), mine_(mine) {}

  std::vector<Dropped> run() {
    drop_fields();
    for (auto& cells : mine_) {
      drop_sizes(cells);
      if (filters_.border)
        drop_where(cells, DropReason::border, dropped_, [&](std::size_t i) {
          return Judgement{double(cells.border[i]), 1, 0};
        });
    }
    if (filters_.outliers > 0) {
      drop_outliers(&FieldCells::area_px, DropReason::outlying_area);
      drop_outliers(&FieldCells::mean_intensity, DropReason::outlying_intensity);
    }
    return std::move(dropped_);
  }

 private:
  std::int64_t plate_of(const FieldCells& cells) const {
    return std::int64_t(std::size_t(plate_[cells.field]));
  }

  void drop_fields() {
    std::vector<FieldValue> focus;
    for (const auto& cells : mine_)
      if (!cells.y.empty() && !cells.focus_score.empty())
        focus.push_back({plate_of(cells), cells.focus_score[dna_]});
    const auto median = filters_.blurred > 0 ? medians(comm_, plates_, focus) : std::vector<double>(plates_);
    for (auto& cells : mine_) {
      const auto count = std::int64_t(cells.y.size());
      const auto before = dropped_.size();
      const auto put = [&](DropReason reason, std::size_t channel, double value, double threshold) {
        dropped_.push_back(
            {std::int64_t(std::size_t(cells.field)), reason, std::int32_t(channel), count, value, threshold});
      };
      if (cells.failed || cells.focus_score.empty()) continue;
      const double least = filters_.blurred * median[std::size_t(plate_of(cells))];
      if (filters_.blurred > 0 && count > 0 && cells.focus_score[dna_] < least)
        put(DropReason::blurred, dna_, cells.focus_score[dna_], least);
      for (std::size_t c = 0; c < cells.saturated_fraction.size(); ++c)
        if (cells.saturated_fraction[c] > filters_.saturated)
          put(DropReason::saturated, c, cells.saturated_fraction[c], filters_.saturated);
      if (dropped_.size() == before) continue;
      cells.y = cells.x = cells.area_px = cells.mean_intensity = cells.eccentricity = {};
      cells.border.clear();
    }
  }

  void drop_sizes(FieldCells& cells) {
    const double least = filters_.min_area_px, most = filters_.max_area_px;
    if (least <= 0 && most <= 0) return;
    drop_where(cells, DropReason::area, dropped_, [&](std::size_t i) {
      const double area = cells.area_px[i];
      if (area < least) return Judgement{least - area, area, least};
      if (most > 0) return Judgement{area - most, area, most};
      return Judgement{};
    });
  }

  void drop_outliers(std::vector<float> FieldCells::*column, DropReason reason) {
    std::vector<FieldValue> values;
    for (const auto& cells : mine_)
      for (const float value : cells.*column) values.push_back({plate_of(cells), value});
    const auto median = medians(comm_, plates_, values);
    for (auto& [plate, value] : values)
      value = static_cast<float>(std::abs(double(value) - median[std::size_t(plate)]));
    auto spread = medians(comm_, plates_, values);
    for (auto& cells : mine_) {
      const auto plate = std::size_t(plate_of(cells));
      const double deviation = 1.4826 * spread[plate], middle = median[plate];
      if (!(deviation > 0)) continue;
      drop_where(cells, reason, dropped_, [&](std::size_t i) {
        const double value = (cells.*column)[i];
        const double reach = filters_.outliers * deviation;
        return Judgement{std::abs(value - middle) - reach, value,
                         value < middle ? middle - reach : middle + reach};
      });
    }
  }

  const mpi::Communicator& comm_;
  screen::PlateIndex plate_;
  std::size_t plates_, dna_;
  const CellFilters& filters_;
  std::vector<FieldCells>& mine_;
  std::vector<Dropped> dropped_;
};

}  // namespace

void CellFilters::validate() const {
  const auto check = [](bool good, const char* option, const char* remedy) {
    if (!good) throw Error("the threshold makes no sense", option, remedy);
  };
  check(blurred >= 0 && blurred < 1, "--drop-blurred",
        "Give a share of the plate's median focus score, below 1, e.g. 0.5; 0 drops none");
  check(saturated >= 0 && saturated <= 1, "--drop-saturated",
        "Give a share of a field's pixels, e.g. 0.01; 1 drops none");
  check(outliers >= 0 && std::isfinite(outliers), "--drop-outliers",
        "Give a number of robust standard deviations, e.g. 5; 0 drops none");
}

std::vector<Dropped> drop_cells(const mpi::Communicator& comm, const screen::Screen& screen, std::size_t dna,
                                const CellFilters& filters, std::vector<FieldCells>& mine) {
  auto dropped = comm.gather_all<Dropped>(Filter(comm, screen, dna, filters, mine).run());
  std::sort(dropped.begin(), dropped.end(), [](const Dropped& a, const Dropped& b) {
    return std::tie(a.field, a.reason, a.channel) < std::tie(b.field, b.reason, b.channel);
  });
  return dropped;
}

void write_dropped(const std::filesystem::path& path, const screen::Screen& screen,
                   const std::vector<Dropped>& dropped) {
  if (path.empty()) return;
  Table table{{"Metadata_Plate", "Metadata_Well", "Metadata_Site", "reason", "channel", "cells", "value",
               "threshold"},
              {}};
  for (const auto& row : dropped) {
    const auto field = screen.fields[std::size_t(row.field)];
    table.rows.push_back({field.plate, field.well, field.site, enum_name(row.reason),
                          row.channel < 0 ? "" : screen.channels[std::size_t(row.channel)],
                          std::to_string(row.cells), number_text(row.value), number_text(row.threshold)});
  }
  write_csv(path, table);
}

}  // namespace cytoscale::prepare
