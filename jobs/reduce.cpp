// reduce: cells to wells to treatments.
#include <fmt/format.h>

#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "jobs/shared/profile_options.hpp"
#include "mpi/agree.hpp"
#include "profile/reduce_cells.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

std::filesystem::path csv_beside(std::filesystem::path path) {
  return path.replace_extension(".csv");
}

std::string some_of(const std::vector<std::string>& names) {
  return join_some(names, 20, "; ");
}

class ReduceJob final : public Job {
 public:
  std::string name() const override { return "reduce"; }
  std::string summary() const override { return "cells to normalized well profiles to treatment profiles"; }
  std::string description() const override;
  void declare(cli::OptionSet& options) override;
  void resolve() override;
  void check(const Outset& outset) override {
    const auto metadata = screen::metadata_table(outset.screen);
    screen::treatment_labels(metadata, roles_, "the manifest");
    profile::well_roles(metadata, roles_, normalize_, "the manifest");
  }
  void execute(const mpi::RunContext& context) override;

 private:
  nlohmann::json provenance_of(const nlohmann::json& source);
  void finish(profile::ProfileTable wells, const nlohmann::json& source, Log& log);

  std::filesystem::path output_, embeddings_, profiles_in_, profiles_, treatments_, wells_file_;
  screen::ColumnRoles roles_;
  profile::NormalizeOptions normalize_{profile::Normalization::whiten};
  profile::Aggregation cells_, wells_;
};

std::string ReduceJob::description() const {
  return "Reads embeddings.h5ad and averages the cells of each well, streaming: memory does not depend on "
         "the number of cells. Wells are spread over ranks, each reduced by one rank in a fixed order, so "
         "that any number of ranks writes the same bytes. The well profiles are then normalized against "
         "the control wells and averaged to treatment profiles.\n\n"
         "Writes wells.h5ad, the well profiles before they are normalized, with their layers (evaluate "
         "--sweep and --baselines start from it); profiles.h5ad (AnnData: X, obs with the wells' Metadata_ "
         "columns and Metadata_CellCount, var) and the same as profiles.csv; treatments.h5ad and "
         "treatments.csv, one row per treatment, controls included, with Metadata_WellCount and "
         "Metadata_Aggregate. Cells of failed fields are left out; so are wells without cells, which the "
         "log lists. Features without spread among the controls, or with values that are not finite, are "
         "dropped and listed.\n\n"
         "With --profiles-in, well profiles of any tool (.csv or .h5ad) are normalized in the same way:\n"
         "  cytoscale reduce --profiles-in wells.csv --profiles out/wells_tvn.h5ad --reduce-normalize tvn "
         "\\\n"
         "    --control Metadata_Compound=DMSO --batch-from-plate '^[^_]+'\n\n"
         "Example, after embed:\n"
         "  mpirun -n 4 cytoscale reduce --output out --reduce-normalize tvn --control "
         "Metadata_Compound=DMSO";
}

void ReduceJob::declare(cli::OptionSet& options) {
  declare_output(options, output_);
  options.add("embeddings", embeddings_, "features of cells [DIR/embeddings.h5ad]").reads([this] {
    return profiles_in_.empty() ? cli::Paths{embeddings_} : cli::Paths{};
  });
  options.add("profiles-in", profiles_in_,
              "well profiles to normalize in place of embeddings (.csv or .h5ad)");
  options
      .add("profiles", profiles_, "well profiles to write, .h5ad, with a .csv beside it [DIR/profiles.h5ad]")
      .writes([this] {
        return cli::Paths{profiles_, csv_beside(profiles_)};
      });
  options
      .add("treatments", treatments_,
           "treatment profiles to write, .h5ad, with a .csv beside it [treatments.h5ad beside the profiles]")
      .writes([this] {
        return cli::Paths{treatments_, csv_beside(treatments_)};
      });
  options
      .add("wells", wells_file_,
           "well profiles before normalization to write, .h5ad [wells.h5ad beside the profiles]")
      .writes([this] { return profiles_in_.empty() ? cli::Paths{wells_file_} : cli::Paths{}; });
  declare_roles(options, roles_);
  declare_normalization(options, "reduce-", normalize_);
  declare_features(options, "reduce-", normalize_);
  options.group("Aggregation");
  declare_aggregate(options, "aggregate-cells", cells_, "of cells to wells");
  declare_aggregate(options, "aggregate", wells_, "of wells to treatments");
  declare_trim(options, cells_.trim);
}

void ReduceJob::resolve() {
  if (output_.empty() && (profiles_.empty() || (embeddings_.empty() && profiles_in_.empty()))) {
    throw Error("the place of the files is not given", "--output",
                "Give --output DIR, or --embeddings (or --profiles-in) and --profiles");
  }
  if (embeddings_.empty()) embeddings_ = output_ / "embeddings.h5ad";
  if (profiles_.empty()) profiles_ = output_ / "profiles.h5ad";
  if (treatments_.empty()) treatments_ = profiles_.parent_path() / "treatments.h5ad";
  if (wells_file_.empty()) wells_file_ = profiles_.parent_path() / "wells.h5ad";
  for (const auto& [file, key] :
       {std::pair(&profiles_, "--profiles"), std::pair(&treatments_, "--treatments"),
        std::pair(&wells_file_, "--wells")}) {
    if (file->extension() != ".h5ad") {
      throw Error("'" + file->string() + "' does not end in .h5ad", key,
                  "A .csv of the same name is written beside it");
    }
  }
  if (profiles_ == treatments_ || profiles_ == wells_file_ || treatments_ == wells_file_)
    throw Error("--profiles, --treatments and --wells are not three files", profiles_.string());
  if (!profiles_in_.empty() && (profiles_in_ == profiles_ || profiles_in_ == csv_beside(profiles_))) {
    throw Error("the input would be overwritten", profiles_in_.string(),
                "Write to another place with --profiles");
  }
  wells_.trim = cells_.trim;
  cells_.validate();
  roles_.validate();
  normalize_.validate();
}

void ReduceJob::execute(const mpi::RunContext& context) {
  profile::ProfileTable wells;
  nlohmann::json source;
  if (profiles_in_.empty()) {
    auto reduced = profile::reduce_cells(context.comm, embeddings_, cells_, context.clock);
    mpi::on_root(context.comm, [&] {
      context.log.info("reduced " + count_text(static_cast<std::uint64_t>(reduced.cells)) + " cells to " +
                       count_text(reduced.wells.size()) + " wells");
      if (reduced.skipped) {
        context.log.warning(count_text(static_cast<std::uint64_t>(reduced.skipped)) +
                            " cells left out: of failed fields, or with values that are not finite");
      }
      if (!reduced.empty_wells.empty()) {
        context.log.warning(std::to_string(reduced.empty_wells.size()) +
                            " wells have no cells and are left out: " + some_of(reduced.empty_wells));
      }
    });
    wells = std::move(reduced.wells);
    source = std::move(reduced.provenance);
  } else {
    mpi::on_root(context.comm, [&] {
      wells = profile::read_profiles(profiles_in_);
      source = {{"profiles", store::fingerprint_of_path(profiles_in_)}};
    });
  }
  mpi::on_root(context.comm, [&] { finish(std::move(wells), source, context.log); });
}

nlohmann::json ReduceJob::provenance_of(const nlohmann::json& source) {
  auto made = store::make_provenance("reduce", resolved_options(*this));
  made["source"] = source;
  made["row"] = "well";
  return made;
}

void ReduceJob::finish(profile::ProfileTable wells, const nlohmann::json& source, Log& log) {
  const auto where = (profiles_in_.empty() ? embeddings_ : profiles_in_).string();
  profile::drop_nonfinite(wells, where);
  if (profiles_in_.empty()) {
    profile::write_profile_anndata(wells_file_, wells, {{"cytoscale", provenance_of(source)}});
  }
  const auto well_role = profile::well_roles(wells.metadata, roles_, normalize_, where);
  wells = profile::normalize(std::move(wells), well_role, normalize_, where);
  if (!wells.text_columns.empty())
    log.info("taken as metadata, since not numbers: " + some_of(wells.text_columns));
  if (!wells.dropped.empty()) log.warning(profile::dropped_text(wells.dropped));
  const auto treatments =
      profile::aggregate_treatments(wells, screen::treatment_labels(wells.metadata, roles_, where), wells_);
  const double norm = wells.values.norm();
  auto provenance = provenance_of(source);
  provenance["features_dropped"] = wells.dropped;
  provenance["frobenius_norm"] = norm;
  const auto write = [&](const std::filesystem::path& path, const profile::ProfileTable& table) {
    profile::write_profile_anndata(path, table, {{"cytoscale", provenance}});
    profile::write_profile_csv(csv_beside(path), table);
    log.info("wrote " + path.string() + " and " + csv_beside(path).filename().string() + ": " +
             count_text(table.size()) + " " + provenance["row"].get<std::string>() + "s x " +
             count_text(table.features.size()) + " features");
  };
  write(profiles_, wells);
  log.info(fmt::format("normalization {} within {}, Frobenius norm of the well profiles {:.6f}",
                       enum_name(normalize_.method), enum_name(normalize_.within), norm));
  provenance["row"] = "treatment";
  write(treatments_, treatments);
}

}  // namespace

std::unique_ptr<Job> make_reduce_job() {
  return std::make_unique<ReduceJob>();
}

}  // namespace cytoscale::jobs
