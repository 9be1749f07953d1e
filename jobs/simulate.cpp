#include "simulate/simulate_screen.hpp"

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "jobs/job.hpp"

namespace cytoscale::jobs {
namespace {

using simulate::SimulateSettings;

std::vector<double> shares(const std::string& text) {
  std::vector<double> values;
  for (const auto& part : split_list(text)) {
    const auto value = to_number(part);
    if (!value)
      throw Error("is '" + text + "'", "--response-fraction", "Give a share, or several: 0.05,0.2,1");
    values.push_back(*value);
  }
  return values;
}

std::string shares_text(const std::vector<double>& shares) {
  std::vector<std::string> parts;
  for (const double share : shares) parts.push_back(number_text(share));
  return join(parts, ",");
}

class SimulateJob final : public Job {
 public:
  std::string name() const override { return "simulate"; }
  std::string summary() const override {
    return "make a realistic screen with known truth: images, screen.csv, truth.csv";
  }
  std::string description() const override {
    return "Draws a screen: treatments on plates, cells with a morphology that treatments move, pictures "
           "of them, and what goes wrong with pictures. Compounds form mechanisms (MOA). Each mechanism "
           "moves traits of its own: size, shape and texture of the nucleus; area and shape of the cell; "
           "actin fibers; distribution of tubulin; density; share of multinucleate and mitotic cells. "
           "Concentration scales the effect, only a part of the cells responds, and compounds of a "
           "mechanism share its direction but differ in detail. --design genes makes alleles of genes "
           "instead, --design strains proteins tagged in channel GFP that are in one compartment of the cell "
           "or "
           "in two (labels such as ER|Golgi). --design FILE.csv takes the treatments, and the batches in "
           "which each is imaged, from "
           "a list (docs/file-format.md); config/study_chemical.csv and config/study_genes.csv are two.\n\n"
           "In the grid of --design compounds, a compound is imaged in one group of --replicates batches, "
           "one well in each; the groups are disjoint and every mechanism (but --single-group-moas) has "
           "compounds in several, so that matching across batches means something. Negative controls are "
           "on every plate. Batches differ in staining, background, illumination, focus, bleed-through and "
           "in the cells themselves; plates and wells differ too, and wells at the edge most. --difficulty "
           "weighs all of that against the effects: 0 leaves no nuisance, 1 is meant to be hard but "
           "solvable.\n\n"
           "Writes OUTPUT/images/PLATE/PLATE_WELL_sSITE_CHANNEL.tif (16-bit, deflate), OUTPUT/screen.csv "
           "(the manifest) and OUTPUT/truth.csv (each cell's center, treatment, whether it responded, and "
           "its traits). The bytes depend on the options alone, not on the number of ranks; only the "
           "options written here are needed to make the same screen again.\n\n"
           "  mpirun -n 2 cytoscale simulate --config config/quickstart.cfg --output my-screen\n"
           "  cytoscale simulate --output painted --channels DNA,RNA,ER,AGP,Mito --difficulty 0.5\n"
           "  cytoscale simulate --output alleles --design genes --genes 30 --batches 4";
  }
  void declare(cli::OptionSet& options) override {
    options.group("Files");
    options.add("output", settings_.output, "folder of the simulated screen").value("DIR").writes([this] {
      return cli::Paths{settings_.output / "screen.csv", settings_.output / "truth.csv"};
    });
    options.group("Simulation");
    options.add("seed", settings_.seed, "seed of all random draws");
    options.add("masks", settings_.masks,
                "write OUTPUT/masks/cells and OUTPUT/masks/responding: which pixels belong to which cell");
    options.add("difficulty", settings_.difficulty, "d: effects times 2/(1+d), nuisance times 2d/(1+d)");
    declare_design(options);
    declare_imaging(options);
    declare_nuisance(options);
  }
  void resolve() override { settings_.validate(); }

  void execute(const mpi::RunContext& context) override {
    const auto made = simulate::simulate_screen(settings_, context.comm, context.clock);
    const auto count = [](std::int64_t n) { return count_text(static_cast<std::uint64_t>(n)); };
    context.log.info(count(made.cells) + " cells in " + count(made.fields) + " fields of " +
                     count(made.wells) + " wells on " + count(made.plates) +
                     " plates: " + (settings_.output / "screen.csv").string());
  }

 private:
  void declare_design(cli::OptionSet& options) {
    auto& d = settings_.design;
    options.group("Design");
    options
        .add("design", d.kind,
             "compounds (a grid of mechanisms, compounds, concentrations), genes (of genes, alleles), "
             "strains (of "
             "a protein that is tagged, in one compartment of the cell or two), or a CSV file that lists the "
             "treatments")
        .value("KIND|FILE");
    options.add("moas", d.moas, "compounds: mechanisms of action");
    options.add("compounds-per-moa", d.compounds_per_moa, "compounds: compounds of each mechanism");
    options.add("concentrations", d.concentrations,
                "compounds: concentrations of each compound, half-logarithmic up to 10");
    options.add("genes", d.genes, "genes: genes");
    options.add("alleles-per-gene", d.alleles_per_gene,
                "genes: alleles of each gene; each is in every batch");
    options.add("compartments", d.compartments,
                "strains: of a tagged protein, in channel GFP: each alone, and each with the next");
    options.add("strains", d.strains, "strains: strains of each; each is in every batch");
    options.add("batches", d.batches, "batches (experimental repeats)");
    options.add("replicates", d.replicates,
                "compounds: batches in which a compound is imaged; divides --batches");
    options.add("away-compounds", d.away_compounds,
                "compounds of each mechanism that are imaged in another group of batches than its others");
    options.add("single-group-moas", d.single_group_moas,
                "mechanisms whose compounds are all in the same batches: NSCB cannot match them");
    options.add(
        "plates-per-batch", d.plates_per_batch,
        "plates of a batch; its treatments are dealt to them, several wells of one to different plates");
    options.add("controls-per-plate", d.controls_per_plate, "wells with the negative control on each plate");
    options.add("positive-controls-per-plate", d.positive_controls_per_plate,
                "wells with a strong reference compound of the first mechanism on each plate");
    options.add("wells-per-plate", d.wells_per_plate, "96 or 384: the plate's geometry");
    options.add("fixed-layout", d.fixed_layout,
                "replicates lie in the same well of their plates instead of anywhere");
    options.add("fields-per-well", d.fields_per_well, "fields (sites) of a well");
    auto& e = settings_.effect;
    options.group("Effects");
    options.add("effect-size", e.size,
                "shift of a responding cell at the highest dose, in standard deviations of untreated cells");
    cli::Option fraction;
    fraction.key = "response-fraction";
    fraction.help =
        "part of the cells that responds at the highest dose: of every mechanism (or set of compartments), "
        "or one "
        "for each in turn: 0.05,0.2,1";
    fraction.value_name = "X,...";
    fraction.set = [&e](const std::string& text) { e.response_fraction = shares(text); };
    fraction.get = [&e] { return shares_text(e.response_fraction); };
    options.add(std::move(fraction));
    options.add("series-detail", e.series_detail,
                "length of the direction shared by a mechanism's compounds in one group of batches, relative "
                "to the mechanism's");
    options.add("compound-detail", e.compound_detail,
                "length of a compound's own direction, relative to its mechanism's");
  }
  void declare_imaging(cli::OptionSet& options) {
    auto& i = settings_.imaging;
    options.group("Imaging");
    options.add("channels", i.channels, "any of DNA, Tubulin, Actin, RNA, ER, AGP, Mito, GFP; DNA is needed")
        .of_screen();
    options.add("field-size", i.field_px, "side of a field").value("PX");
    options.add("nucleus-radius", i.nucleus_radius_px, "of the average nucleus; everything scales with it")
        .value("PX");
    options.add("cells-per-field", i.cells_per_field, "average number of cells in a field");
    options.add("photons", settings_.nuisance.photons, "photons of a bright pixel: sets the shot noise");
    options.add("read-noise", settings_.nuisance.read_noise, "of the camera, standard deviation in photons");
  }
  void declare_nuisance(cli::OptionSet& options) {
    auto& n = settings_.nuisance;
    options.group("Nuisance (at difficulty 1; 0 switches one off)");
    options.add("batch-gain", n.batch_gain, "sd of log intensity between batches, per channel");
    options.add("plate-gain", n.plate_gain, "… between plates");
    options.add("well-gain", n.well_gain, "… between wells");
    options.add("cell-stain", n.cell_stain, "… between cells (not scaled by the difficulty)");
    options.add("stain-drift", n.stain_drift,
                "sd of the log change of intensity from the first to the last well of a plate");
    options.add("background-variation", n.background,
                "sd of log background between batches; half of it between plates and wells");
    options.add("camera-offset", n.camera_offset, "sd of the camera's offset between batches, gray levels");
    options.add("bleed-through", n.bleed_through,
                "mean part of a channel's light that reaches its neighbors, by batch");
    options.add("vignetting", n.vignetting, "light lost in the field's corners, varied by batch and channel");
    options.add("focus-blur", n.focus_blur,
                "sd of the defocus between batches, plates, wells and fields, in blur widths");
    options.add("position-effect", n.position_effect,
                "shift of density, cell area and staining at the plate's edge, in sd");
    options.add("culture-drift", n.culture_drift,
                "sd of the shift of untreated cells' traits between batches, in sd of cells");
    options.add("response-drift", n.response_drift,
                "sd of the log of how strongly each trait responds, between batches");
    options.add("well-density", n.well_density, "sd of the density of cells between wells, in sd");
    options.add("debris", n.debris, "specks and dead cells for ten cells");
    options.add("touching", n.touching, "part of the cells that is placed against another");
  }

  simulate::SimulateSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_simulate_job() {
  return std::make_unique<SimulateJob>();
}

}  // namespace cytoscale::jobs
