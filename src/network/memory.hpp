// Memory of a process that computes with networks.
#pragma once

namespace cytoscale::network {

// Tells the C library to keep freed memory for the next tensor instead of handing it back to the system. By
// default every tensor above 128 KiB is mapped anew and its pages are cleared when first touched: a fifth to
// a quarter of the time of a training step on a CPU (measured with glibc 2.36). All threads share one arena,
// since others hold 64 MiB at most, less than the first layer's output for a shard of whole fields. For the
// whole process; may be called any number of times, best before threads are started.
void configure_malloc_for_training();

}  // namespace cytoscale::network
