// Options that several jobs share stand in settings.
#pragma once
#include "settings/machine_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::jobs {

using settings::declare_manifest;
using settings::declare_output;
using settings::declare_roles;

}  // namespace cytoscale::jobs
