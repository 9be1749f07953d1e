// Getting a rank's own writes to disk before anybody is told of them. Collective: no.
#pragma once
#include <filesystem>

namespace cytoscale::store {

// A second descriptor on a file that HDF5 writes: sync() puts what this machine wrote onto the disk (or its
// server).
class FileSync {
 public:
  explicit FileSync(std::filesystem::path path);  // throws Error
  ~FileSync();
  FileSync(const FileSync&) = delete;
  FileSync& operator=(const FileSync&) = delete;
  void sync();  // throws Error

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

// And the folder onto the disk. Throws Error.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace cytoscale::store
