// NumPy's files: arrays as .npy (numpy.lib.format, version 1.0), several of them in a zip archive, .npz, as
// numpy.savez and savez_compressed write them.
#pragma once
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cytoscale::exports {

// Row-major, little-endian float32 and float64.
std::string npy_of(std::span<const float> values, const std::vector<std::size_t>& shape);
std::string npy_of(std::span<const double> values, const std::vector<std::size_t>& shape);
// A dictionary of texts, as numpy.save writes one: an array of no dimensions with one object, pickled
// (protocol 2). numpy.load needs allow_pickle=True, and .item() gives the dictionary.
std::string npy_of(const std::map<std::string, std::string>& dictionary);

// The bytes of a .npz of these arrays (name without .npy, and what npy_of() gave). No times: equal arrays,
// equal bytes. Throws Error: more than 2 GiB.
std::string npz_of(const std::vector<std::pair<std::string, std::string>>& arrays, bool compressed);

}  // namespace cytoscale::exports
