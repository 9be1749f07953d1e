#include "network/blocked_layers.hpp"

namespace cytoscale::network {

int block_of_channels() {
#ifdef CYTOSCALE_HAS_ONEDNN
  return onednn_block();
#else
  return 0;
#endif
}

}  // namespace cytoscale::network
