// The other tables that users and other programs make: cell centres, boxes, a list of treatments,
// profiles; and a stage's stamp. An input is one letter that chooses the reader, then the file.
#include <cmath>

#include "core/system/files.hpp"
#include "image/locations.hpp"
#include "localize/ground_truth.hpp"
#include "profile/profile_table.hpp"
#include "simulate/design/design_list.hpp"
#include "store/provenance/stamp.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

screen::Screen two_fields() {
  screen::Screen screen;
  screen.channels = {"DNA"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (const char* well : {"A01", "A02"}) {
    screen.fields.push_back({"P1", well, "1", {"P1", well, "1"}, {{std::string(well) + ".tif"}}});
  }
  return screen;
}

}  // namespace

void read_table_input(std::string_view input) {
  if (input.empty()) return;
  const char kind = input.front();
  const auto content = input.substr(1);
  const auto path = scratch_file("input.csv", content);
  if (kind == 'l') {
    for (const auto& [y, x] : image::read_locations(path)) {
      if (!std::isfinite(y) || !std::isfinite(x)) throw std::logic_error("a location that is not finite");
    }
  }
  if (kind == 'b') localize::read_boxes(path, "Class=bud", two_fields());
  if (kind == 'd') simulate::read_design(path, 3);
  if (kind == 'p') profile::read_profiles(path);
  if (kind == 's') {
    std::filesystem::create_directories(scratch_folder() / "state");
    scratch_file("state/segment.json", content);
    store::read_stamp(scratch_folder(), "segment");
  }
}

std::vector<Seed> table_seeds() {
  store::write_stamp(scratch_folder(), "segment",
                     {"segment", "1", {{"seed", "1"}}, {{"images", {"a", "b"}}}, {{"cells.h5", "c"}}});
  return {{"locations", "lNuclei_Location_Center_X,Nuclei_Location_Center_Y\n1.5,2\n3,4e2\n"},
          {"boxes",
           "bMetadata_Plate,Metadata_Well,Metadata_Site,box_top,box_left,box_bottom,box_right,Class\n"
           "P1,A01,1,0,1.5,20,30,bud\n"},
          {"design_compounds",
           "dMetadata_Compound,Metadata_Concentration,Metadata_MOA,Strength,Batches,Wells\n"
           "taxol,0.3,stabilizer,1,1;3,2\nDMSO2,1,other,0.5,1-2,1\n"},
          {"design_genes", "dMetadata_Gene,Metadata_Allele\nTP53,TP53_R1\nKRAS,KRAS_G12\n"},
          {"profiles", "pMetadata_Plate,Metadata_Well,Cells_X,Cells_Y,Note\nP1,A01,1,2,a\nP1,A02,3,nan,b\n"},
          {"stamp", "s" + read_file(scratch_folder() / "state" / "segment.json")}};
}

}  // namespace cytoscale::fuzz
