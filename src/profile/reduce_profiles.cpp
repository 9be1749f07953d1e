#include "profile/reduce_profiles.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"
#include "mpi/crew.hpp"
#include "mpi/threads.hpp"
#include "profile/reduce_cells.hpp"
#include "screen/input/tidy_metadata.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::profile {
namespace {

std::string some_of(const std::vector<std::string>& names) {
  return join_some(names, 20, "; ");
}

void report_reduced(const ReducedWells& reduced, Log& log) {
  log.info("reduced " + count_text(static_cast<std::uint64_t>(reduced.cells)) + " cells to " +
           count_text(reduced.wells.size()) + " wells");
  if (reduced.skipped)
    log.warning(count_text(static_cast<std::uint64_t>(reduced.skipped)) +
                " cells left out: of failed fields, or with values that are not finite");
  if (!reduced.empty_wells.empty())
    log.warning(std::to_string(reduced.empty_wells.size()) +
                " wells have no cells and are left out: " + some_of(reduced.empty_wells));
}

struct Source {
  ProfileTable wells;
  nlohmann::json provenance;
};

// On root. Collective: yes.
Source read_source(const mpi::RunContext& context, const ReduceFiles& files, const ReduceOptions& how) {
  if (files.profiles_in.empty()) {
    const int threads = mpi::threads_per_rank(context.comm, how.threads);
    const TimeSpent summing(context.timings, context.clock, "sum cells");
    auto reduced = reduce_cells(context.comm, files.embeddings, how.cells, threads, context.clock);
    mpi::on_root(context.comm, [&] { report_reduced(reduced, context.log); });
    return {std::move(reduced.wells), std::move(reduced.provenance)};
  }
  Source source;
  mpi::on_root(context.comm, [&] {
    source = {read_profiles(files.profiles_in, how.normalize.selection.missing_cut),
              {{"profiles", store::fingerprint_of_path(files.profiles_in)}}};
  });
  return source;
}

nlohmann::json provenance_of(const nlohmann::json& source, const nlohmann::json& options) {
  auto made = store::make_provenance("reduce", options);
  made["source"] = source;
  made["row"] = "well";
  return made;
}

void write(const std::filesystem::path& path, const ProfileTable& table, const nlohmann::json& provenance,
           Log& log) {
  write_profile_anndata(path, table, {{"cytoscale", provenance}});
  write_profile_csv(csv_beside(path), table);
  log.info("wrote " + path.string() + " and " + csv_beside(path).filename().string() + ": " +
           count_text(table.size()) + " " + provenance["row"].get<std::string>() + "s x " +
           count_text(table.features.size()) + " features");
}

void finish(Source source, const ReduceFiles& files, const ReduceOptions& how, const nlohmann::json& options,
            int threads, Log& log) {
  auto& wells = source.wells;
  const auto where = (files.profiles_in.empty() ? files.embeddings : files.profiles_in).string();
  auto provenance = provenance_of(source.provenance, options);
  drop_nonfinite(wells, where);
  if (files.profiles_in.empty()) write_profile_anndata(files.wells, wells, {{"cytoscale", provenance}});
  const auto well_role = well_roles(wells.metadata, how.roles, how.normalize, where);
  wells = normalize(std::move(wells), well_role, how.normalize, where, threads);
  for (const auto& note : wells.notes) log.note(note);
  for (const auto& note : screen::alike_notes(wells.metadata, how.roles)) log.note(note);
  if (!wells.text_columns.empty())
    log.info("taken as metadata, since not numbers: " + some_of(wells.text_columns));
  if (!wells.dropped.empty()) log.warning(dropped_text(wells.dropped));
  const auto treatments = aggregate_treatments(
      wells, screen::treatment_labels(wells.metadata, how.roles, where).texts(), how.wells);
  const double norm = wells.values.norm();
  provenance["features_dropped"] = wells.dropped;
  provenance["frobenius_norm"] = norm;
  write(files.profiles, wells, provenance, log);
  log.info(fmt::format("normalization {} within {}, Frobenius norm of the well profiles {:.6f}",
                       enum_name(how.normalize.method), enum_name(how.normalize.within), norm));
  provenance["row"] = "treatment";
  write(files.treatments, treatments, provenance, log);
}

}  // namespace

std::filesystem::path csv_beside(std::filesystem::path path) {
  return path.replace_extension(".csv");
}

void ReduceFiles::validate() const {
  for (const auto& [file, key] : {std::pair(&profiles, "--profiles"), std::pair(&treatments, "--treatments"),
                                  std::pair(&wells, "--wells")})
    if (file->extension() != ".h5ad")
      throw Error("'" + file->string() + "' does not end in .h5ad", key,
                  "A .csv of the same name is written beside it");
  if (profiles == treatments || profiles == wells || treatments == wells)
    throw Error("--profiles, --treatments and --wells are not three files", profiles.string());
  if (!profiles_in.empty() && (profiles_in == profiles || profiles_in == csv_beside(profiles)))
    throw Error("the input would be overwritten", profiles_in.string(),
                "Write to another place with --profiles");
}

void ReduceOptions::validate() const {
  cells.validate();
  roles.validate();
  normalize.validate();
}

void ReduceOptions::check(const screen::Screen& screen) const {
  const auto metadata = screen::metadata_table(screen);
  screen::treatment_labels(metadata, roles, "the manifest");
  well_roles(metadata, roles, normalize, "the manifest");
}

void reduce_profiles(const mpi::RunContext& context, const ReduceFiles& files, const ReduceOptions& how,
                     const nlohmann::json& options) {
  auto source = read_source(context, files, how);
  mpi::on_root_with_node(context.comm, how.threads, [&](const mpi::Crew& crew) {
    const TimeSpent normalizing(context.timings, context.clock, "normalize and write, rank 0");
    finish(std::move(source), files, how, options, crew.threads(), context.log);
  });
}

}  // namespace cytoscale::profile
