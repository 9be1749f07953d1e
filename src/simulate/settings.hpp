// Settings of `cytoscale simulate`, by concern. Every validate() throws Error naming the option.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace cytoscale::simulate {

// What is on which plate. In a grid of compounds the batches form groups of `replicates`; a compound is
// imaged in one group, one well in each batch.
struct DesignSettings {
  std::string kind =
      "compounds";  // or "genes", "strains", or a CSV file that lists the treatments (design_list.hpp)
  int moas = 12;    // compounds: mechanisms …
  int compounds_per_moa = 4;  // … compounds of each …
  int concentrations = 3;     // … and doses of each compound
  int genes = 24;             // genes: genes …
  int alleles_per_gene = 4;   // … and alleles of each; every allele in every batch
  int compartments = 8;       // strains: compartments of a tagged protein, alone and in pairs …
  int strains = 2;            // … and strains of each; every strain in every batch
  int batches = 6;
  int replicates = 3;         // batches in which a compound is imaged
  int away_compounds = 1;     // compounds of each MOA that are imaged in another group than the rest
  int single_group_moas = 1;  // MOAs all of whose compounds share one group
  int plates_per_batch = 2;
  int controls_per_plate = 12;
  int positive_controls_per_plate = 0;
  int wells_per_plate = 96;   // 96 or 384
  bool fixed_layout = false;  // replicates in the same well of each batch, instead of shuffled
  int fields_per_well = 4;
  bool is_file() const { return kind.ends_with(".csv"); }
  void validate() const;
};

// How treatments move the cells.
struct EffectSettings {
  double size = 4.5;  // shift of a responding cell at full dose, in standard deviations between cells
  // Share of cells that respond at full dose: of all mechanisms, or one for each in turn.
  std::vector<double> response_fraction = {0.8};
  double response_of(std::size_t mechanism) const {
    return response_fraction[mechanism % response_fraction.size()];
  }
  double series_detail = 0.35;  // size of the direction that compounds of a mechanism imaged together share …
  double compound_detail = 0.3;  // … and of a compound's own, relative to its mechanism's
  void validate() const;
};

// What changes pictures, or cells, without meaning. Sizes are those at difficulty 1; 0 switches one off.
// Between batches: half of the variance is shared by the batches of a group.
struct NuisanceSettings {
  double batch_gain = 0.3;   // sd of log intensity between batches, by channel …
  double plate_gain = 0.15;  // … between plates …
  double well_gain = 0.05;   // … and between wells: uneven staining
  double cell_stain = 0.4;   // sd of log intensity between cells, by channel (not scaled)
  double stain_drift = 0.2;  // sd of the log change of intensity from first to last well of a plate
  double background =
      0.4;  // sd of log background between batches; 0.3 of it between plates, 0.2 between wells
  double camera_offset = 100;   // sd of the camera's offset between batches, gray levels
  double bleed_through = 0.04;  // mean share of a channel's light that reaches its neighbor, drawn per batch
  double vignetting = 0.35;     // loss of light at the corners, varied by batch and channel
  double focus_blur = 0.25;     // sd of the defocus between batches, plates, wells and fields, in blur widths
  double position_effect =
      0.5;  // shift of density, cell area and staining at the plate's edge, standard deviations
  double culture_drift =
      0.15;  // sd of the shift of every trait's baseline between batches, standard deviations
  double response_drift = 0.3;  // sd of the log of how strongly each trait responds, between batches
  double well_density = 1.0;    // sd of the density of cells between wells, standard deviations
  double debris = 2;            // specks and dead cells for ten cells
  double touching = 0.3;        // share of cells placed against another (not scaled)
  double photons = 400;         // photons of a bright pixel: sets the Poisson noise (not scaled)
  double read_noise = 6;        // sd, photons (not scaled)
  void validate() const;
};

struct ImagingSettings {
  std::vector<std::string> channels = {"DNA", "Tubulin", "Actin"};  // known: those and RNA, ER, AGP, Mito
  int field_px = 512;                                               // side of a field
  double nucleus_radius_px = 12;                                    // nominal; everything scales with it
  double cells_per_field = 40;                                      // nominal, within the field
  void validate() const;
};

struct SimulateSettings {
  std::filesystem::path output;
  std::uint64_t seed = 1;
  bool masks = false;     // write which pixels are whose
  double difficulty = 1;  // effects × 2/(1+d), nuisance × 2d/(1+d)
  DesignSettings design;
  EffectSettings effect;
  NuisanceSettings nuisance;
  ImagingSettings imaging;
  void validate() const;
  double effect_scale() const { return 2 / (1 + difficulty); }
  double nuisance_scale() const { return 2 * difficulty / (1 + difficulty); }
};

}  // namespace cytoscale::simulate
