// A function is compiled once more for processors with AVX2, and the loader takes what the machine has. The
// bits are the same: neither uses fused multiply-add.
#pragma once

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define CYTO_VECTOR_CLONES __attribute__((target_clones("default", "avx2")))
#endif
#else
#define CYTO_VECTOR_CLONES __attribute__((target_clones("default", "avx2")))
#endif
#endif
#ifndef CYTO_VECTOR_CLONES
#define CYTO_VECTOR_CLONES  // sanitizers: the loader would ask before they are ready
#endif
