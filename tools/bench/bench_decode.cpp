// bench_decode --manifest screen.csv [--fields 12] [--threads 1] [--rounds 5]
// Files of the page cache to pixels as floats, MB of the files' pixels by second. The limit: libdeflate
// inflating the same strips or tiles from memory; where the files are not deflated, copying their bytes.
#include <libdeflate.h>
#include <tiffio.h>

#include <memory>

#include "bench_fields.hpp"
#include "image/io/read_image.hpp"

namespace cytoscale::bench {
namespace {

// The strips or tiles of a plane as they stand in its file.
struct Stored {
  std::vector<std::vector<unsigned char>> parts;
  std::size_t decoded_bytes = 0;  // of a part, at most
  bool deflated = false;
};

Stored stored_parts(const ImageFile& file) {
  const std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(TIFFOpen(file.path.c_str(), "r"), TIFFClose);
  if (!tiff || !TIFFSetDirectory(tiff.get(), static_cast<tdir_t>(file.page)))
    throw Error("cannot be read", file.path.string());
  Stored stored;
  std::uint16_t compression = COMPRESSION_NONE;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_COMPRESSION, &compression);
  stored.deflated = compression == COMPRESSION_ADOBE_DEFLATE || compression == COMPRESSION_DEFLATE;
  const bool tiled = TIFFIsTiled(tiff.get());
  stored.decoded_bytes =
      static_cast<std::size_t>(tiled ? TIFFTileSize64(tiff.get()) : TIFFStripSize64(tiff.get()));
  const auto count = tiled ? TIFFNumberOfTiles(tiff.get()) : TIFFNumberOfStrips(tiff.get());
  for (std::uint32_t i = 0; i < count; ++i) {
    auto& part = stored.parts.emplace_back(TIFFGetStrileByteCount(tiff.get(), i));
    const auto size = static_cast<tmsize_t>(part.size());
    const auto got = tiled ? TIFFReadRawTile(tiff.get(), i, part.data(), size)
                           : TIFFReadRawStrip(tiff.get(), i, part.data(), size);
    if (got != size) throw Error("a strip or tile cannot be read", file.path.string());
  }
  return stored;
}

// Of each thread.
struct Inflater {
  std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor{
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor};
  std::vector<unsigned char> out;

  void inflate(const Stored& stored) {
    out.resize(stored.decoded_bytes);
    for (const auto& part : stored.parts) {
      if (!stored.deflated) {
        std::memcpy(out.data(), part.data(), std::min(part.size(), out.size()));
        continue;
      }
      std::size_t made = 0;
      if (libdeflate_zlib_decompress(decompressor.get(), part.data(), part.size(), out.data(), out.size(),
                                     &made) != LIBDEFLATE_SUCCESS)
        throw Error("a strip or tile cannot be inflated", "libdeflate");
    }
  }
};

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  FieldBench bench;
  cli::OptionSet options;
  bench.declare(options);
  assign(options, argc, argv);
  std::vector<ImageFile> files;
  for (const auto& field : bench.screen().fields)
    files.insert(files.end(), field.images.begin(), field.images.end());
  std::vector<Stored> stored;
  double decoded = 0, in_files = 0;
  bool deflated = true;
  for (const auto& file : files) {
    decoded += static_cast<double>(image::read_raw(file).bytes.size());
    stored.push_back(stored_parts(file));
    for (const auto& part : stored.back().parts) in_files += static_cast<double>(part.size());
    deflated &= stored.back().deflated;
  }
  WorkerPool pool(bench.threads);
  std::vector<Inflater> inflaters(static_cast<std::size_t>(bench.threads));
  const auto decode = [&](std::size_t i, int) { image::to_float(image::read_raw(files[i])); };
  const auto inflate = [&](std::size_t i, int worker) {
    inflaters[static_cast<std::size_t>(worker)].inflate(stored[i]);
  };
  const auto rounds = in_turn(
      comm, bench.rounds, [&] { pool.run(files.size(), decode); }, [&] { pool.run(files.size(), inflate); });
  print(comm, {"decode",
               {{"files", files.size()},
                {"decoded_MB", decoded / 1e6},
                {"files_MB", in_files / 1e6},
                {"threads", bench.threads}},
               "MB",
               decoded / 1e6,
               deflated ? "libdeflate inflating the same strips from memory" : "copying the files' bytes",
               decoded / 1e6,
               rounds});
}

}  // namespace
}  // namespace cytoscale::bench

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::bench::measure);
}
