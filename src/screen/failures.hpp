// Fields that could not be read: kept, counted, written to failures.csv; a run stops only above a limit.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "screen/screen.hpp"

namespace cytoscale::screen {

struct FieldFailure {
  std::size_t field;
  std::string file, reason;
};

// Text form of a list, to pass it between ranks.
std::string pack(const std::vector<FieldFailure>& failures);
std::vector<FieldFailure> unpack_failures(const std::string& text);

// "1%" or "5": at least 1 for a percentage. Throws Error.
std::size_t failure_limit(const std::string& text, std::size_t field_count);

// plate, well, site, file, reason; sorted by field, one line per failed field. Atomic.
void write_failures(const std::filesystem::path& path, const Screen& screen,
                    std::vector<FieldFailure> failures);
// Field indices listed in a failures.csv of this screen; an absent file is an empty list.
std::vector<FieldFailure> read_failures(const std::filesystem::path& path, const Screen& screen);

}  // namespace cytoscale::screen
