#include "prepare/failure_report.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "mpi/agree.hpp"

namespace cytoscale::prepare {

screen::FieldFailure failure_of(const screen::Screen& screen, FieldId field, const std::exception& error) {
  const auto* ours = dynamic_cast<const Error*>(&error);
  if (ours && !ours->where().empty()) return {field, ours->where(), ours->problem()};
  return {field, screen.fields.at(field).images.front().path.string(), error.what()};
}

std::vector<screen::FieldFailure> gather_failures(const mpi::Communicator& comm,
                                                  const std::vector<screen::FieldFailure>& mine) {
  std::vector<screen::FieldFailure> all;
  for (const auto& text : comm.all_gather(screen::pack(mine))) {
    const auto some = screen::unpack_failures(text);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.field < b.field; });
  return all;
}

void report_failures(const mpi::RunContext& context, const screen::Screen& screen,
                     const std::vector<screen::FieldFailure>& failures, const FailureReport& report) {
  if (context.comm.root()) {
    for (const auto& failure : failures)
      context.log.warning(screen.name(failure.field) + " is left out: " + failure.file + ": " +
                          failure.reason);
  }
  if (!report.path.empty())
    mpi::on_root(context.comm,
                 [&] { screen::write_job_failures(report.path, report.job, screen, failures); });
  mpi::together(context.comm, [&] {
    const auto allowed = screen::failure_limit(report.limit, screen.fields.size());
    const auto count = failures.size() + report.known;
    const bool all = count >= screen.fields.size();
    if (failures.empty() || (count <= allowed && !all)) return;
    if (all)
      throw Error("all " + std::to_string(count) + " fields cannot be read; the first is " +
                      failures.front().file + " (" + failures.front().reason + ")",
                  report.path.empty() ? screen.name(failures.front().field)
                                      : screen::job_failures(report.path, report.job).string(),
                  "`cytoscale check` says what is wrong with each");
    throw Error(
        std::to_string(count) + " fields cannot be read, " + std::to_string(allowed) +
            " are allowed; the first is " + failures.front().file + " (" + failures.front().reason + ")",
        report.path.empty() ? "--max-failed-fields" : screen::job_failures(report.path, report.job).string(),
        "Mend the files, or raise --max-failed-fields");
  });
}

}  // namespace cytoscale::prepare
