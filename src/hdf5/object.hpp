// What groups and datasets share: a name for messages, and attributes. Attributes are metadata: they are
// written while a file is open on one rank only. Every function throws Error naming file:/object. Collective:
// no.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hdf5/handle.hpp"

namespace cytoscale::hdf5 {

class Object {
 public:
  // "cells.h5:/fields/plate"
  const std::string& where() const { return where_; }
  std::int64_t id() const { return handle_.id(); }

  // Text is variable-length UTF-8, as h5py writes it.
  void set_attribute(const std::string& name, std::string_view text);
  void set_attribute(const std::string& name, const char* text) {
    set_attribute(name, std::string_view(text));
  }
  void set_attribute(const std::string& name, const std::vector<std::string>& texts);
  void set_attribute(const std::string& name, std::int64_t value);
  void set_boolean(const std::string& name, bool value);

  bool has_attribute(const std::string& name) const;
  std::string text_attribute(const std::string& name) const;  // fixed or variable length
  std::string text_attribute(const std::string& name, const std::string& otherwise) const;
  std::vector<std::string> texts_attribute(const std::string& name) const;
  std::vector<std::int64_t> integers_attribute(
      const std::string& name) const;  // scalar or list; booleans too

 protected:
  Object() = default;
  Object(Handle handle, std::string where) : handle_(std::move(handle)), where_(std::move(where)) {}
  Handle handle_;
  std::string where_;
};

}  // namespace cytoscale::hdf5
