// What is already done of a pass over a screen's fields, and where its failures go. Collective: no.
#pragma once
#include <cstddef>

#include "core/ids.hpp"

namespace cytoscale::store {

class FieldLedger {
 public:
  virtual ~FieldLedger() = default;
  // By an earlier, interrupted run, or there is nothing to do in this field.
  virtual bool done(FieldId field) const = 0;
  // The field could not be read; the next run tries it again.
  virtual void write_failed(FieldId field) = 0;
  // Puts on disk what was written: a killed run loses no more than what came after. Called every few seconds.
  virtual void checkpoint() = 0;
};

// Of a pass whose results are in memory: it begins anew.
class NoLedger final : public FieldLedger {
 public:
  bool done(FieldId) const override { return false; }
  void write_failed(FieldId) override {}
  void checkpoint() override {}
};

}  // namespace cytoscale::store
