#include "simulate/paint/canvas.hpp"

#include <algorithm>

namespace cytoscale::simulate {
namespace {

constexpr float far = 1e6f;

struct Box {
  int y0, y1, x0, x1;  // half-open
};

Box box_of(const CellGeometry& figure, int side) {
  float reach = figure.reach_px;
  for (const auto& nucleus : figure.nuclei)
    reach = std::max(reach, std::hypot(nucleus.y - figure.y, nucleus.x - figure.x) + nucleus.reach_px());
  const auto low = [&](float v) { return std::clamp(static_cast<int>(std::floor(v - reach)), 0, side); };
  const auto high = [&](float v) { return std::clamp(static_cast<int>(std::ceil(v + reach)) + 1, 0, side); };
  return {low(figure.y), high(figure.y), low(figure.x), high(figure.x)};
}

// A nucleus keeps its cell's ground, however close the neighbor.
float depth_in(const CellGeometry& figure, float y, float x) {
  const float nuclear = figure.nuclear_rho(y, x);
  const float body = figure.rho(y, x);
  return nuclear < 1.12f ? std::min(body, 0.3f * nuclear) : body;
}

}  // namespace

Canvas::Canvas(int side_px) : side(side_px) {
  const auto count = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  owner.assign(count, -1);
  depth.assign(count, 1.0f);
  rival.assign(count, far);
}

void Canvas::claim(const CellGeometry& figure, int id) {
  const Box box = box_of(figure, side);
  for (int y = box.y0; y < box.y1; ++y)
    for (int x = box.x0; x < box.x1; ++x) {
      const float rho = depth_in(figure, static_cast<float>(y), static_cast<float>(x));
      if (rho >= 1) continue;
      const auto i = static_cast<std::size_t>(y * side + x);
      if (rho < depth[i]) {
        if (owner[i] >= 0) rival[i] = depth[i];
        depth[i] = rho;
        owner[i] = id;
      } else {
        rival[i] = std::min(rival[i], rho);
      }
    }
}

std::vector<CellPixel> Canvas::pixels_of(const CellGeometry& figure, int id) const {
  std::vector<CellPixel> pixels;
  const Box box = box_of(figure, side);
  for (int y = box.y0; y < box.y1; ++y)
    for (int x = box.x0; x < box.x1; ++x) {
      const int i = y * side + x;
      if (owner[static_cast<std::size_t>(i)] != id) continue;
      const auto py = static_cast<float>(y), px = static_cast<float>(x);
      const float rho = depth[static_cast<std::size_t>(i)];
      const float between = 0.6f * (rival[static_cast<std::size_t>(i)] - rho);
      pixels.push_back({i, py, px, rho, std::min(1 - rho, between) * figure.radius_px,
                        (figure.nuclear_rho(py, px) - 1) * figure.nucleus_px});
    }
  return pixels;
}

bool Canvas::inside(float y, float x) const {
  const auto limit = static_cast<float>(side) - 0.5f;
  return y >= -0.5f && x >= -0.5f && y < limit && x < limit;
}

bool Canvas::owned(float y, float x, int id) const {
  if (!inside(y, x)) return false;
  const int iy = static_cast<int>(y + 0.5f), ix = static_cast<int>(x + 0.5f);
  return owner[static_cast<std::size_t>(iy * side + ix)] == id;
}

void deposit(std::span<float> plane, int side, float y, float x, float light) {
  const float fy = std::floor(y), fx = std::floor(x);
  const int iy = static_cast<int>(fy), ix = static_cast<int>(fx);
  if (iy < 0 || ix < 0 || iy + 1 >= side || ix + 1 >= side) return;
  const float ty = y - fy, tx = x - fx;
  float* at = plane.data() + static_cast<std::size_t>(iy) * static_cast<std::size_t>(side) + ix;
  at[0] += light * (1 - ty) * (1 - tx);
  at[1] += light * (1 - ty) * tx;
  at[side] += light * ty * (1 - tx);
  at[side + 1] += light * ty * tx;
}

}  // namespace cytoscale::simulate
