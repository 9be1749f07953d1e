#include "profile/reduce_cells.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <span>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/system/stop_request.hpp"
#include "core/threads/worker_pool.hpp"
#include "mpi/agree.hpp"
#include "mpi/node/node_arrays.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::profile {
namespace {

// Of rows that are read at once: few enough that the processor's caches still hold them when they are summed.
constexpr std::size_t block_bytes = std::size_t{512} << 10;

struct WellCount {
  std::int64_t cells = 0, skipped = 0;
};

// One rank's wells, one after the other.
struct MyWells {
  std::vector<double> profiles;  // [wells][features]
  std::vector<WellCount> counts;
};

// One thread's.
class WellReducer {
 public:
  WellReducer(const store::EmbeddingReader& reader, const Aggregation& how)
      : reader_(reader),
        aggregator_(reader.features(), how),
        block_rows_(static_cast<std::int64_t>(std::max<std::size_t>(
            1, block_bytes / sizeof(float) / std::max<std::size_t>(1, reader.features())))) {}

  WellCount reduce(const WellFields& well, std::span<double> profile) {
    aggregator_.clear();
    std::int64_t failed = 0;
    const auto& starts = reader_.first_row();
    auto first = starts[well.first_field];  // of rows of fields that follow one another and did not fail
    for (auto field = well.first_field; field < well.first_field + well.field_count; ++field) {
      if (!reader_.field_failed()[field]) continue;
      add_rows(first, starts[field]);
      first = starts[field + 1];
      failed += first - starts[field];
    }
    add_rows(first, starts[well.first_field + well.field_count]);
    std::ranges::copy(aggregator_.result(), profile.begin());
    return {static_cast<std::int64_t>(aggregator_.cells()),
            static_cast<std::int64_t>(aggregator_.skipped()) + failed};
  }

 private:
  void add_rows(std::int64_t first, std::int64_t last) {
    for (auto at = first; at < last; at += block_rows_) {
      const auto count = std::min(block_rows_, last - at);
      buffer_.resize(static_cast<std::size_t>(count) * reader_.features());
      reader_.read_rows(at, count, buffer_);
      aggregator_.add(buffer_);
    }
  }

  const store::EmbeddingReader& reader_;
  CellAggregator aggregator_;
  std::int64_t block_rows_;
  std::vector<float> buffer_;
};

// Each well by one thread, whichever is free.
MyWells reduce_wells(const store::EmbeddingReader& reader, const std::vector<WellFields>& wells,
                     const Aggregation& how, int threads, Progress& progress) {
  MyWells mine;
  mine.profiles.resize(wells.size() * reader.features());
  mine.counts.resize(wells.size());
  std::mutex mutex;  // of progress
  std::uint64_t done = 0;
  std::vector<WellReducer> reducers(static_cast<std::size_t>(threads), WellReducer(reader, how));
  const auto reduce = [&](std::size_t well, int thread) {
    heed_stop_request();
    const auto profile = std::span(mine.profiles).subspan(well * reader.features(), reader.features());
    mine.counts[well] = reducers[static_cast<std::size_t>(thread)].reduce(wells[well], profile);
    const std::lock_guard lock(mutex);
    progress.update(++done);
  };
  if (reader.in_place() && threads > 1) {
    WorkerPool(threads).run(wells.size(), reduce);
  } else {  // HDF5 is the main thread's
    for (std::size_t well = 0; well < wells.size(); ++well) reduce(well, 0);
  }
  return mine;
}

std::string well_name(const Table& metadata, std::size_t row) {
  return "plate " + metadata.rows.at(row, metadata.column("Metadata_Plate")) + ", well " +
         metadata.rows.at(row, metadata.column("Metadata_Well"));
}

// Root: the gathered rows are in the result's values; wells without cells are left out.
void assemble(ReducedWells& result, Table metadata, const store::EmbeddingReader& reader,
              const std::vector<WellCount>& counts, const std::string& where) {
  std::vector<std::size_t> full;
  for (std::size_t well = 0; well < counts.size(); ++well) {
    result.cells += counts[well].cells;
    result.skipped += counts[well].skipped;
    if (counts[well].cells > 0) {
      full.push_back(well);
    } else {
      result.empty_wells.push_back(well_name(metadata, well));
    }
  }
  if (full.empty())
    throw Error("no well has a cell", where, "Check segmentation (cells.h5) and failures.csv");
  auto& table = result.wells;
  table.features = reader.feature_names();
  table.layers = reader.feature_layers();
  table.metadata.columns = std::move(metadata.columns);
  table.metadata.columns.emplace_back("Metadata_CellCount");
  TextColumn cell_counts;
  for (const auto well : full) cell_counts.push_back(std::to_string(counts[well].cells));
  table.metadata.rows = std::move(metadata.rows);
  table.metadata.rows.pick(full);
  table.metadata.rows.add_column(std::move(cell_counts));
  for (std::size_t i = 0; i < full.size(); ++i) {
    if (full[i] != i)
      table.values.row(static_cast<Eigen::Index>(i)) = table.values.row(static_cast<Eigen::Index>(full[i]));
  }
  if (full.size() < counts.size())
    table.values.conservativeResize(static_cast<Eigen::Index>(full.size()), Eigen::NoChange);
}

template <typename T>
std::vector<T> gather_to_root(const mpi::Communicator& comm, const std::vector<T>& mine) {
  std::vector<std::size_t> counts;
  const auto bytes = comm.gather_bytes(std::as_bytes(std::span(mine)), counts, false);
  std::vector<T> all(bytes.size() / sizeof(T));
  if (!all.empty()) __builtin_memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

}  // namespace

std::vector<WellFields> wells_of_fields(const Table& fields) {
  const auto plate = fields.column("Metadata_Plate"), well = fields.column("Metadata_Well");
  std::vector<WellFields> wells;
  const auto plates = fields.rows.column(plate).codes().of, names = fields.rows.column(well).codes().of;
  for (FieldId field; field < fields.rows.size(); ++field) {
    const bool same = field > 0 && plates[field - 1] == plates[field] && names[field - 1] == names[field];
    if (!same) wells.push_back({field, 0});
    ++wells.back().field_count;
  }
  return wells;
}

Table well_metadata(const Table& fields, const std::vector<WellFields>& wells) {
  std::vector<std::size_t> constant;
  for (std::size_t column = 0; column < fields.columns.size(); ++column) {
    const auto codes = fields.rows.column(column).codes().of;
    const bool same = std::all_of(wells.begin(), wells.end(), [&](const auto& well) {
      for (std::size_t i = 1; i < well.field_count; ++i) {
        if (codes[well.first_field + i] != codes[well.first_field]) return false;
      }
      return true;
    });
    const auto& name = fields.columns[column];
    if (same && name != "Metadata_Site" && name != "Metadata_CellCount") constant.push_back(column);
  }
  std::vector<std::size_t> first_fields;
  for (const auto& well : wells) first_fields.push_back(well.first_field);
  Table table;
  for (const auto column : constant)
    table.add_column(fields.columns[column], fields.rows.column(column).rows(first_fields));
  return table;
}

namespace {

// Rank 0 gives each rank those that it reduces: they follow one another.
std::vector<WellFields> wells_of_rank(const mpi::Communicator& comm, const std::vector<WellFields>& wells,
                                      const store::EmbeddingReader& reader) {
  std::vector<std::size_t> ends(static_cast<std::size_t>(comm.size()), 0);
  if (comm.root()) {
    const auto owners = ranks_of_wells(wells, reader.first_row().span(), comm.size());
    for (const int owner : owners) ++ends[static_cast<std::size_t>(owner)];
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
  }
  comm.broadcast_values(ends);
  const auto all = mpi::array_on_each_node(comm, std::span<const WellFields>(wells));
  const auto rank = static_cast<std::size_t>(comm.rank());
  return {all.data() + (rank == 0 ? 0 : ends[rank - 1]), all.data() + ends[rank]};
}

}  // namespace

std::vector<int> ranks_of_wells(const std::vector<WellFields>& wells, std::span<const std::int64_t> first_row,
                                int ranks) {
  std::vector<int> owners;
  const double total = static_cast<double>(std::max<std::int64_t>(1, first_row.back()));
  for (const auto& well : wells) {
    const auto first = first_row[well.first_field], last = first_row[well.first_field + well.field_count];
    const double middle = 0.5 * static_cast<double>(first + last) / total;
    owners.push_back(std::min(ranks - 1, static_cast<int>(middle * ranks)));
  }
  return owners;
}

ReducedWells reduce_cells(const mpi::Communicator& comm, const std::filesystem::path& embeddings,
                          const Aggregation& how, int threads, const Clock& clock) {
  const store::EmbeddingReader reader(comm, embeddings);
  MyWells mine;
  Table metadata;
  std::vector<WellFields> all_wells;  // of rank 0
  mpi::on_root(comm, [&] {
    all_wells = wells_of_fields(reader.fields());
    metadata = well_metadata(reader.fields(), all_wells);
  });
  const auto my_wells = wells_of_rank(comm, all_wells, reader);
  mpi::together(comm, [&] {
    Progress progress("reduce", comm.size() > 1 ? "wells of rank 0" : "wells", my_wells.size(), clock,
                      comm.root());
    mine = reduce_wells(reader, my_wells, how, threads, progress);
    progress.finish();
  });
  const auto counts = gather_to_root(comm, mine.counts);
  ReducedWells result;
  result.provenance = reader.provenance();
  auto& values = result.wells.values;
  mpi::on_root(comm, [&] {
    values.resize(static_cast<Eigen::Index>(counts.size()), static_cast<Eigen::Index>(reader.features()));
  });
  // Rows of a large screen stand in memory twice where they must, and no third time.
  comm.gather_into(std::as_bytes(std::span(mine.profiles)),
                   std::as_writable_bytes(std::span(values.data(), static_cast<std::size_t>(values.size()))));
  mine.profiles = {};
  mpi::on_root(comm, [&] { assemble(result, std::move(metadata), reader, counts, embeddings.string()); });
  return result;
}

}  // namespace cytoscale::profile
