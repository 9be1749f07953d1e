// Illumination functions of a whole screen: per plate, ranks sum their share of the fields and one smooths
// the sum.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/log.hpp"
#include "core/system/clock.hpp"
#include "image/illumination.hpp"
#include "mpi/communicator.hpp"
#include "screen/screen.hpp"

namespace cytoscale::prepare {

// Writes illumination.h5; the same bytes for any number of ranks. Fields that cannot be read are left out and
// counted in the log: segment judges them. A plate without one readable field gets a gain of 1 and a warning.
// Collective: yes.
void illuminate_screen(const mpi::Communicator& comm, const screen::Screen& screen,
                       const image::IlluminationOptions& options, int threads,
                       const std::filesystem::path& path, const nlohmann::json& provenance,
                       const Clock& clock, Log& log);

}  // namespace cytoscale::prepare
