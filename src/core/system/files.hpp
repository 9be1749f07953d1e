// Whole-file reading and atomic writing.
#pragma once
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

namespace cytoscale {

// Throws Error when it cannot be opened (a directory, no permission, missing).
std::ifstream open_file(const std::filesystem::path& path);
// So many bytes, fewer at the file's end. Throws Error when they cannot be read.
std::size_t read_some(std::ifstream& file, char* bytes, std::size_t count, const std::filesystem::path& path);
// The whole file. Throws Error as both do.
std::string read_file(const std::filesystem::path& path);

// Lets `write` fill a temporary file and puts it in place (atomic_file.hpp): a reader sees the old file or
// the new one, never a part. On an exception the temporary file is removed.
void replace_atomically(const std::filesystem::path& path,
                        const std::function<void(const std::filesystem::path& temporary)>& write);
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

// Makes the folder and its parents. Throws Error when that fails.
void make_folder(const std::filesystem::path& path);

// Throws Error, with this remedy, where the disk of this folder has fewer bytes left than `what` takes. A
// disk that does not tell passes.
void check_room(const std::filesystem::path& folder, double bytes, const std::string& what,
                const std::string& remedy);

}  // namespace cytoscale
