// Lines of Python that read what was exported, for the terminal.
#pragma once
#include <string>

#include "exports/export_results.hpp"

namespace cytoscale::exports {

std::string reading_text(const ExportFiles& files, const ExportOptions& options);

}  // namespace cytoscale::exports
