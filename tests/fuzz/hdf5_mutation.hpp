// Mutation of HDF5 files. Their metadata lie at fixed addresses and carry checksums: inserted bytes, or a
// flipped bit, would be refused by HDF5 itself nearly always, and our readers never see them. So bytes are
// changed in place, and in three of four cases the checksums are made right again: a file as an adversary, or
// a defective writer, makes it. The rest are files as a broken disk or copy makes them. For libFuzzer alone.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t longest);

namespace cytoscale::fuzz {

// As LLVMFuzzerCustomMutator.
std::size_t mutate_hdf5(std::uint8_t* data, std::size_t size, std::size_t longest, unsigned seed);

// Superblock (versions 2, 3), object headers with their continuations, names and attributes in fractal heaps
// and B-trees of one level: HDF5 file format specification 3.0, sections II.A, IV.A, III.G, III.A.2.
void mend_checksums(std::uint8_t* data, std::size_t size);

}  // namespace cytoscale::fuzz
