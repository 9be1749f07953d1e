// What is already done of a pass over a screen's fields, and where its failures go. Collective: no.
#pragma once
#include <cstddef>

namespace cytoscale::store {

class FieldLedger {
 public:
  virtual ~FieldLedger() = default;
  // By an earlier, interrupted run, or there is nothing to do in this field.
  virtual bool done(std::size_t field) const = 0;
  // The field could not be read; the next run tries it again.
  virtual void write_failed(std::size_t field) = 0;
  // Puts on disk what was written: a killed run loses no more than what came after. Called every few seconds.
  virtual void checkpoint() = 0;
};

// Of a pass whose results are in memory: it begins anew.
class NoLedger final : public FieldLedger {
 public:
  bool done(std::size_t) const override { return false; }
  void write_failed(std::size_t) override {}
  void checkpoint() override {}
};

}  // namespace cytoscale::store
