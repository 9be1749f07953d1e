// Numbers of things, one type for each kind of thing, so that the compiler tells a field's from a well's. An
// id is made from a number by name (FieldId{3}) and is itself a number wherever one is asked for: an index.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>

namespace cytoscale {

template <typename Kind, typename Number = std::size_t>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(Number number) : number_(number) {}
  constexpr operator Number() const { return number_; }  // NOLINT: an id is an index
  constexpr Id& operator++() {
    ++number_;
    return *this;
  }

 private:
  Number number_ = 0;
};

using FieldId = Id<struct FieldKind>;              // in Screen::fields
using PlateId = Id<struct PlateKind>;              // in plates_of(screen)
using WellId = Id<struct WellKind>;                // in TrainingPlan::wells
using CellId = Id<struct CellKind, std::int64_t>;  // a row of the cell table
using LabelId = Id<struct LabelKind>;              // in TrainingPlan::labels

}  // namespace cytoscale
