// Which columns of a table of profiles are features, by their names. Collective: no.
#pragma once
#include <string>

namespace cytoscale::profile {

// False for what CellProfiler and pycytominer name as no measurement of a cell: Metadata_…, Image_…, names
// and sizes of files, numbers of images and objects, counts, and places (Location_Center…,
// AreaShape_Center_…, AreaShape_BoundingBox…), with or without the object in front
// (Nuclei_Location_Center_X).
bool is_feature_name(const std::string& column);

// Features that tell of places or numbers all the same, and that pycytominer selects from (published figures
// hold them): Location_MaxIntensity_…, Parent_….
bool is_doubtful_feature(const std::string& column);

}  // namespace cytoscale::profile
