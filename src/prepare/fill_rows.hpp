// A pass over the fields of a screen that fills a file of rows per cell.
#pragma once
#include "prepare/failure_report.hpp"
#include "prepare/field_pass.hpp"
#include "store/rows/resumable_field_file.hpp"

namespace cytoscale::prepare {

// Runs the pass, reports its failures (those of segment count, too: `report.known` is set here) and closes
// the rows. Throws as FieldPass::run() and report_failures(); then the unfinished file stays, to be
// continued. Collective: yes.
FieldPassResult fill_rows(const mpi::RunContext& context, const screen::Screen& screen,
                          const store::CellTable& cells, FieldPass& pass, store::ResumableFieldFile& rows,
                          const FieldWork& work, FailureReport report);

}  // namespace cytoscale::prepare
