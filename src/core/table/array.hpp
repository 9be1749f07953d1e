// Values that are built once and then read: a vector, or the view of one that lies in memory of others (that
// which the ranks of a node share). Who reads does not tell them apart; copies share the memory.
#pragma once
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace cytoscale {

template <typename T>
class Array {
 public:
  Array() = default;
  Array(std::vector<T> values)
      : own_(std::make_shared<std::vector<T>>(std::move(values))) {}  // NOLINT: is one
  Array(std::initializer_list<T> values) : Array(std::vector<T>(values)) {}
  // `keeper` holds the memory as long as it is needed.
  Array(std::span<const T> view, std::shared_ptr<const void> keeper)
      : view_(view), keeper_(std::move(keeper)) {}

  std::size_t size() const { return own_ ? own_->size() : view_.size(); }
  bool empty() const { return size() == 0; }
  const T* data() const { return own_ ? own_->data() : view_.data(); }
  const T& operator[](std::size_t i) const { return data()[i]; }
  const T& front() const { return *data(); }
  const T& back() const { return data()[size() - 1]; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  std::span<const T> span() const { return {data(), size()}; }
  operator std::span<const T>() const { return span(); }  // NOLINT: is one
  bool operator==(const Array& other) const {
    return size() == other.size() && std::equal(begin(), end(), other.begin());
  }

  // To be changed: a vector that no other array shares.
  std::vector<T>& own() {
    if (!own_) {
      own_ = std::make_shared<std::vector<T>>(view_.begin(), view_.end());
      view_ = {};
      keeper_.reset();
    } else if (own_.use_count() > 1) {
      own_ = std::make_shared<std::vector<T>>(*own_);
    }
    return *own_;
  }
  void push_back(T value) { own().push_back(std::move(value)); }

 private:
  std::shared_ptr<std::vector<T>> own_;
  std::span<const T> view_;
  std::shared_ptr<const void> keeper_;
};

}  // namespace cytoscale
