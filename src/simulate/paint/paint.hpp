// The painters: each adds one structure's light to a plane ([H][W], 1 = a bright structure). They draw chance
// details from `random` and everything else from the cell's traits.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "simulate/paint/canvas.hpp"

namespace cytoscale::simulate {

using PlaneSpan = std::span<float>;

void paint_dna(const PaintContext& brush, PlaneSpan plane, Random& random);      // paint_nucleus.cpp
void paint_tubulin(const PaintContext& brush, PlaneSpan plane, Random& random);  // paint_cytoskeleton.cpp
void paint_actin(const PaintContext& brush, PlaneSpan plane, Random& random);
void paint_rna(const PaintContext& brush, PlaneSpan plane, Random& random);  // paint_organelles.cpp
void paint_er(const PaintContext& brush, PlaneSpan plane, Random& random);
void paint_agp(const PaintContext& brush, PlaneSpan plane, Random& random);
void paint_mito(const PaintContext& brush, PlaneSpan plane, Random& random);
void paint_golgi(const PaintContext& brush, PlaneSpan plane, Random& random);
void paint_nucleoli(const PaintContext& brush, PlaneSpan plane, float light);

// A tagged protein where the treatment says, or, in cells that do not respond, all over the cell
// (paint_protein.cpp). Without a tag there is no light but the cell's own.
void paint_protein(const PaintContext& brush, PlaneSpan plane, Random& random);

// Specks and dead cells over the whole field, in several channels at once (paint_debris.cpp).
void paint_debris(std::vector<std::vector<float>>& planes, int side, float unit_px, double expected,
                  const NoiseTile& noise, Random& random);

}  // namespace cytoscale::simulate
