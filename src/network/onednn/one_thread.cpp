#include "network/onednn/one_thread.hpp"

#include <omp.h>

namespace cytoscale::network {

void use_one_thread() {
  omp_set_num_threads(1);
}

OneThread::OneThread() : before_(omp_get_max_threads()) {
  if (before_ != 1) use_one_thread();
}

OneThread::~OneThread() {
  if (before_ != 1) omp_set_num_threads(before_);
}

}  // namespace cytoscale::network
