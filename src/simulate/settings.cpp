#include "simulate/settings.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "simulate/biology/compartments.hpp"

namespace cytoscale::simulate {
namespace {

void in_range(const char* option, double value, double low, double high) {
  if (std::isfinite(value) && value >= low && value <= high) return;
  throw Error(
      "is " + number_text(value) + ", which is outside " + number_text(low) + " to " + number_text(high),
      "--" + std::string(option), "Choose a value in that range");
}

int treatments_per_batch(const DesignSettings& d) {
  if (d.kind == "genes") return d.genes * d.alleles_per_gene;
  if (d.kind == "strains") return 2 * d.compartments * d.strains;
  const int groups = d.batches / d.replicates;
  return (d.moas * d.compounds_per_moa * d.concentrations + groups - 1) / groups;  // on average
}

}  // namespace

void DesignSettings::validate() const {
  if (kind != "compounds" && kind != "genes" && kind != "strains" && !is_file())
    throw Error("is '" + kind + "'", "--design",
                "Use compounds, genes, strains, or a file that ends in .csv");
  in_range("moas", moas, 1, 1000);
  in_range("compounds-per-moa", compounds_per_moa, 2, 1000);
  in_range("concentrations", concentrations, 1, 20);
  in_range("genes", genes, 1, 10000);
  in_range("alleles-per-gene", alleles_per_gene, 2, 100);
  in_range("compartments", compartments, 2, static_cast<double>(compartment_names().size()));
  in_range("strains", strains, 1, 1000);
  in_range("batches", batches, 1, 1000);
  in_range("replicates", replicates, 1, 1000);
  in_range("plates-per-batch", plates_per_batch, 1, 1000);
  in_range("controls-per-plate", controls_per_plate, 1, 384);
  in_range("positive-controls-per-plate", positive_controls_per_plate, 0, 384);
  in_range("fields-per-well", fields_per_well, 1, 100);
  in_range("away-compounds", away_compounds, 0, compounds_per_moa);
  in_range("single-group-moas", single_group_moas, 0, moas);
  if (wells_per_plate != 96 && wells_per_plate != 384)
    throw Error("is " + std::to_string(wells_per_plate), "--wells-per-plate", "Use 96 or 384");
  if (kind == "compounds" && batches % replicates != 0)
    throw Error(
        "is " + std::to_string(batches) + ", not a multiple of --replicates " + std::to_string(replicates),
        "--batches", "A compound is imaged in one group of that many batches; make the groups whole");
  if (is_file()) return;  // the layout counts its wells
  const int per_plate = (treatments_per_batch(*this) + plates_per_batch - 1) / plates_per_batch +
                        controls_per_plate + positive_controls_per_plate;
  if (per_plate > wells_per_plate)
    throw Error("needs about " + std::to_string(per_plate) + " wells on a plate of " +
                    std::to_string(wells_per_plate),
                "the design", "Raise --plates-per-batch or --wells-per-plate, or ask for fewer treatments");
}

void EffectSettings::validate() const {
  in_range("effect-size", size, 0, 100);
  if (response_fraction.empty()) throw Error("is empty", "--response-fraction", "Give a share, or several");
  for (const double share : response_fraction) in_range("response-fraction", share, 0, 1);
  in_range("series-detail", series_detail, 0, 10);
  in_range("compound-detail", compound_detail, 0, 10);
}

void NuisanceSettings::validate() const {
  in_range("batch-gain", batch_gain, 0, 3);
  in_range("plate-gain", plate_gain, 0, 3);
  in_range("well-gain", well_gain, 0, 3);
  in_range("cell-stain", cell_stain, 0, 3);
  in_range("stain-drift", stain_drift, 0, 3);
  in_range("background-variation", background, 0, 3);
  in_range("camera-offset", camera_offset, 0, 1000);
  in_range("bleed-through", bleed_through, 0, 0.5);
  in_range("vignetting", vignetting, 0, 0.9);
  in_range("focus-blur", focus_blur, 0, 10);
  in_range("position-effect", position_effect, 0, 10);
  in_range("culture-drift", culture_drift, 0, 10);
  in_range("response-drift", response_drift, 0, 3);
  in_range("well-density", well_density, 0, 10);
  in_range("debris", debris, 0, 100);
  in_range("touching", touching, 0, 1);
  in_range("photons", photons, 1, 1e6);
  in_range("read-noise", read_noise, 0, 1e4);
}

void ImagingSettings::validate() const {
  static const std::set<std::string> known = {"DNA", "Tubulin", "Actin", "RNA", "ER", "AGP", "Mito", "GFP"};
  std::set<std::string> seen;
  for (const auto& channel : channels) {
    if (!known.contains(channel))
      throw Error("names the channel '" + channel + "', which cannot be simulated", "--channels",
                  "Known: DNA, Tubulin, Actin, RNA, ER, AGP, Mito, GFP");
    if (!seen.insert(channel).second)
      throw Error("names '" + channel + "' twice", "--channels", "Name it once");
  }
  if (!seen.contains("DNA")) throw Error("lacks DNA", "--channels", "Cells are found in it: add DNA");
  in_range("field-size", field_px, 64, 8192);
  in_range("nucleus-radius", nucleus_radius_px, 3, 100);
  in_range("cells-per-field", cells_per_field, 1, 5000);
  const double nuclei = cells_per_field * 3.15 * nucleus_radius_px * nucleus_radius_px;
  if (nuclei > 0.35 * field_px * field_px)
    throw Error("asks for " + number_text(cells_per_field) + " cells whose nuclei alone would fill " +
                    std::to_string(static_cast<int>(100 * nuclei / field_px / field_px)) + " % of the field",
                "--cells-per-field", "Use fewer cells, a smaller --nucleus-radius or a larger --field-size");
}

void SimulateSettings::validate() const {
  in_range("difficulty", difficulty, 0, 100);
  design.validate();
  effect.validate();
  nuisance.validate();
  imaging.validate();
}

}  // namespace cytoscale::simulate
