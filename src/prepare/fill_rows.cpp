#include "prepare/fill_rows.hpp"

#include <algorithm>

namespace cytoscale::prepare {

FieldPassResult fill_rows(const mpi::RunContext& context, const screen::Screen& screen,
                          const store::CellTable& cells, FieldPass& pass, store::ResumableFieldFile& rows,
                          const FieldWork& work, FailureReport report) {
  report.known = static_cast<std::size_t>(std::count(cells.failed.begin(), cells.failed.end(), 1));
  auto result = pass.run(rows, work, report.known);
  report_failures(context, screen, result.failures, report);
  rows.close();
  return result;
}

}  // namespace cytoscale::prepare
