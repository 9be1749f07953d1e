#include "settings/make_screen/simulation_settings.hpp"

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::settings {
namespace {

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

void declare_folder(cli::OptionSet& options, std::filesystem::path& output) {
  options.group("Files");
  options.add("output", output, "folder of the simulated screen").value("DIR").writes([&output] {
    return cli::Paths{output / "screen.csv", output / "truth.csv"};
  });
}

void declare_design(cli::OptionSet& options, simulate::SimulateSettings& settings) {
  auto& d = settings.design;
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
  options.add("alleles-per-gene", d.alleles_per_gene, "genes: alleles of each gene; each is in every batch");
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
}

void declare_effects(cli::OptionSet& options, simulate::SimulateSettings& settings) {
  auto& e = settings.effect;
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

void declare_imaging(cli::OptionSet& options, simulate::SimulateSettings& settings) {
  auto& i = settings.imaging;
  options.group("Imaging");
  options.add("channels", i.channels, "any of DNA, Tubulin, Actin, RNA, ER, AGP, Mito, GFP; DNA is needed")
      .of_screen();
  options.add("field-size", i.field_px, "side of a field").value("PX");
  options.add("nucleus-radius", i.nucleus_radius_px, "of the average nucleus; everything scales with it")
      .value("PX");
  options.add("cells-per-field", i.cells_per_field, "average number of cells in a field");
  options.add("photons", settings.nuisance.photons, "photons of a bright pixel: sets the shot noise");
  options.add("read-noise", settings.nuisance.read_noise, "of the camera, standard deviation in photons");
}

void declare_nuisance(cli::OptionSet& options, simulate::SimulateSettings& settings) {
  auto& n = settings.nuisance;
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

}  // namespace

void declare_simulation(cli::OptionSet& options, simulate::SimulateSettings& settings) {
  declare_folder(options, settings.output);
  options.group("Simulation");
  options.add("seed", settings.seed, "seed of all random draws");
  options.add("masks", settings.masks,
              "write OUTPUT/masks/cells and OUTPUT/masks/responding: which pixels belong to which cell");
  options.add("difficulty", settings.difficulty, "d: effects times 2/(1+d), nuisance times 2d/(1+d)");
  declare_design(options, settings);
  declare_effects(options, settings);
  declare_imaging(options, settings);
  declare_nuisance(options, settings);
}

void declare_shapes(cli::OptionSet& options, simulate::ShapeSettings& settings) {
  declare_folder(options, settings.output);
  options.group("Simulation");
  options.add("seed", settings.seed, "seed of all random draws");
  options.add("fields-per-class", settings.fields_per_class, "images of each of the two classes");
  options.add("circle-share", settings.circle_share, "circles among the objects of a positive image")
      .value("X");
  options.add("axis-ratio", settings.axis_ratio, "shorter to longer axis of an ellipse").value("X");
}

}  // namespace cytoscale::settings
