// 4-connected pieces of a plane of labels by the runs of equal labels in its rows, of which there are a
// hundred times fewer than pixels. Included by this folder's and segment's .cpp files only.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace cytoscale::image::filters {

struct Run {
  std::size_t first, last;  // pixels of one row, both included
  std::int32_t label;
  std::int32_t piece = 0;
  std::size_t size() const { return last - first + 1; }
};

struct Pieces {
  int height = 0, width = 0;
  std::vector<Run> runs;                // row by row
  std::vector<std::size_t> row_starts;  // [height + 1]
  std::int32_t count = 0;               // pieces are numbered 0 … by their first runs

  bool at_edge(const Run& run) const {
    const auto w = static_cast<std::size_t>(width);
    return run.first < w || run.first + w >= w * static_cast<std::size_t>(height) || run.first % w == 0 ||
           run.last % w + 1 == w;
  }

  // Calls visit(a, b) with the places of each two runs that touch, beside or above one another.
  template <class Visit>
  void visit_touching(Visit visit) const {
    const auto w = static_cast<std::size_t>(width);
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
      for (auto r = row_starts[y]; r + 1 < row_starts[y + 1]; ++r) visit(r, r + 1);
      if (y == 0) continue;
      auto above = row_starts[y - 1];
      for (auto r = row_starts[y]; r < row_starts[y + 1]; ++r) {
        while (runs[above].last + w < runs[r].first) ++above;
        for (auto a = above; a < row_starts[y] && runs[a].first + w <= runs[r].last; ++a) visit(a, r);
      }
    }
  }
};

template <class Label>
Pieces pieces_of(const std::vector<Label>& labels, int height, int width) {
  Pieces pieces{height, width, {}, {0}, 0};
  auto& runs = pieces.runs;
  const auto w = static_cast<std::size_t>(width);
  for (std::size_t start = 0; start < labels.size(); start += w) {
    for (std::size_t first = start; first < start + w;) {
      std::size_t last = first;
      while (last + 1 < start + w && labels[last + 1] == labels[first]) ++last;
      runs.push_back({first, last, static_cast<std::int32_t>(labels[first])});
      first = last + 1;
    }
    pieces.row_starts.push_back(runs.size());
  }
  // The root of a piece is its first run.
  std::vector<std::int32_t> parent(runs.size());
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::int32_t a) {
    while (parent[static_cast<std::size_t>(a)] != a)
      a = parent[static_cast<std::size_t>(a)] =
          parent[static_cast<std::size_t>(parent[static_cast<std::size_t>(a)])];
    return a;
  };
  pieces.visit_touching([&](std::size_t a, std::size_t b) {
    if (runs[a].label != runs[b].label) return;
    const auto one = root(static_cast<std::int32_t>(a)), other = root(static_cast<std::int32_t>(b));
    parent[static_cast<std::size_t>(std::max(one, other))] = std::min(one, other);
  });
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const auto first = static_cast<std::size_t>(root(static_cast<std::int32_t>(r)));
    runs[r].piece = first == r ? pieces.count++ : runs[first].piece;
  }
  return pieces;
}

}  // namespace cytoscale::image::filters
