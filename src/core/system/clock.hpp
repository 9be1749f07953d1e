// Time as a thing that is passed in, so that a test can stand in for it.
#pragma once

namespace cytoscale {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual double now_s() const = 0;  // monotonic seconds since some fixed moment
};

class SteadyClock final : public Clock {
 public:
  double now_s() const override;
};

}  // namespace cytoscale
