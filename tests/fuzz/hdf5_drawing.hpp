// Types, shapes and values of HDF5 objects, drawn by the bytes of an input.
#pragma once
#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace cytoscale::fuzz {

// The input, byte by byte; zeros behind its end.
class Choices {
 public:
  explicit Choices(std::string_view input) : input_(input) {}
  bool left() const { return at_ < input_.size(); }
  std::uint8_t byte() { return left() ? static_cast<std::uint8_t>(input_[at_++]) : std::uint8_t{0}; }
  std::size_t below(std::size_t count) { return byte() % count; }

 private:
  std::string_view input_;
  std::size_t at_ = 0;
};

// Owned by the caller.
hid_t drawn_type(Choices& choices);
hid_t drawn_space(Choices& choices);

// Values for up to so many elements of a type; none for what is larger, which keeps its fill value.
constexpr hssize_t most_elements = 512;

void write_drawn(Choices& choices, hid_t type, hid_t space, const std::function<void(const void*)>& write);

}  // namespace cytoscale::fuzz
