// oneDNN plans for as many threads as OpenMP has when a primitive is made, and runs on as many. Ours run on
// the thread that calls them.
#pragma once

namespace cytoscale::network {

// On this thread, from now on.
void use_one_thread();

// On this thread, while it lives.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace cytoscale::network
