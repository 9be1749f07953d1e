// Manifests of all forms. An input is one character that chooses the form and the options, then the manifest,
// then, behind a line "%%", the second table of the forms that have one (mechanisms, plate map).
#include "screen/manifest.hpp"

#include "core/system/files.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

using namespace cytoscale::screen;

constexpr std::string_view between = "\n%%\n";

// The bits of the character behind '@', 0 to 63.
ManifestOptions options_of(char character, std::string_view second) {
  const auto bits = static_cast<unsigned>(static_cast<unsigned char>(character) - '@') % 64;
  constexpr ManifestFormat formats[] = {ManifestFormat::automatic, ManifestFormat::native,
                                        ManifestFormat::bbbc021,   ManifestFormat::loaddata,
                                        ManifestFormat::automatic, ManifestFormat::deepprofiler,
                                        ManifestFormat::bbbc021,   ManifestFormat::loaddata};
  ManifestOptions options;
  options.format = formats[bits % 8];
  if (bits & 8) options.channels = {"DNA", "Actin"};
  if (bits & 16) options.plates = {"P1"};
  if (bits & 32) options.select = "Metadata_Well!=A02,Metadata_Plate=P1";
  if (!second.empty()) {
    auto& file = options.format == ManifestFormat::bbbc021 ? options.moa : options.platemap;
    file = scratch_file(bits & 4 ? "second.txt" : "second.csv", second);
  }
  return options;
}

}  // namespace

void read_manifest_input(std::string_view input) {
  if (input.empty()) return;
  std::string_view table = input.substr(1), second;
  if (const auto at = table.find(between); at != std::string_view::npos) {
    second = table.substr(at + between.size());
    table = table.substr(0, at);
  }
  ManifestOptions options = options_of(input.front(), second);
  options.manifest = scratch_file("manifest.csv", table);
  const Screen screen = read_manifest(options);
  screen.fingerprint();
  // What was read can be written, and read again as the same screen.
  const auto again = scratch_folder() / "again.csv";
  write_native_manifest(again, screen, {});
  ManifestOptions native;
  native.manifest = again;
  native.format = ManifestFormat::native;
  inspect_manifest(native);
}

std::vector<Seed> manifest_seeds() {
  const std::string native =
      "Metadata_Plate,Metadata_Well,Metadata_Site,Metadata_Compound,FileName_DNA,FileName_Actin,"
      "PathName_DNA,PathName_Actin,Frame_DNA,Frame_Actin\n"
      "P1,A01,1,\"taxol, 3\",a.tif,b.tif,p,p,0,1\nP1,A02,1,DMSO,c.tif,d.tif,p,p,0,1\n";
  const std::string deepprofiler =
      "Metadata_Plate,Metadata_Well,Metadata_Site,DNA,Actin,Treatment\nP1,A01,1,a.tif,b.tif,x\n"
      "P1,B01,1,c.tif,d.tif,y\n";
  const std::string loaddata =
      "FileName_OrigDNA,PathName_OrigDNA,FileName_OrigActin,PathName_OrigActin,Metadata_Plate,Metadata_Well,"
      "Metadata_Site,Metadata_Plate_Map_Name\na.tiff,/i,b.tiff,/i,P1,A01,1,M1\nc.tiff,/i,d.tiff,/"
      "i,P1,a1,2,M1\n";
  const std::string bbbc021 =
      "TableNumber,ImageNumber,Image_FileName_DAPI,Image_PathName_DAPI,Image_FileName_Actin,"
      "Image_PathName_Actin,Image_Metadata_Plate_DAPI,Image_Metadata_Well_DAPI,Replicate,"
      "Image_Metadata_Compound,Image_Metadata_Concentration\n"
      "4,233,G10_s1_w1B.tif,Week1/Week1_1,G10_s1_w2.tif,Week1/Week1_1,P1,G10,1,taxol,0.300\n"
      "4,234,G10_s2_w1.tif,Week1/Week1_1,G10_s2_w2.tif,Week1/Week1_1,P1,G10,1,DMSO,0\n";
  return {{"native", "A" + native},
          {"native_chosen", "Y" + native},
          {"automatic_selected", "`" + native},
          {"stack", "IMetadata_Plate,Metadata_Well,FileName\nP1,A01,a.tif\nP1,A02,b.tif\n"},
          {"deepprofiler", "E" + deepprofiler},
          {"deepprofiler_automatic", "@" + deepprofiler},
          {"loaddata", "C" + loaddata},
          {"loaddata_platemap", "C" + loaddata + "\n%%\nplate_map_name,well_position,Gene\nM1,A01,TP53\n"},
          {"loaddata_tabs", "G" + loaddata + "\n%%\nMetadata_Plate\tWell\tGene\nP1\tA1\tTP53\n"},
          {"bbbc021", "B" + bbbc021},
          {"bbbc021_moa", "B" + bbbc021 + "\n%%\ncompound,concentration,moa\ntaxol,0.3,stabilizers\n"}};
}

}  // namespace cytoscale::fuzz
