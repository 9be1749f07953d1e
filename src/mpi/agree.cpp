#include "mpi/agree.hpp"

#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "core/system/stop_request.hpp"

namespace cytoscale::mpi {
namespace {

using nlohmann::json;

std::atomic<bool> all_ranks_fail = false;

// A message may hold a file name that is not UTF-8: replace, never throw while agreeing.
std::string packed(const Failure& failure) {
  return json{failure.exit_code, failure.problem, failure.where, failure.remedy}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

void agree_naming(const Communicator& comm, const std::optional<Failure>& mine, bool names_rank) {
  if (comm.sum(mine ? 1 : 0) == 0) return;
  const auto texts = comm.all_gather(mine ? packed(*mine) : std::string());
  const auto places = names_rank ? comm.all_gather(mine ? place_of(comm) : std::string()) : texts;
  std::size_t first = texts.size(), alike = 0, failed = 0;
  for (std::size_t rank = 0; rank < texts.size(); ++rank) {
    if (texts[rank].empty()) continue;
    if (first == texts.size()) first = rank;
    ++failed;
    alike += texts[rank] == texts[first];
  }
  const auto parts = json::parse(texts[first]);
  std::string problem = parts[1];
  if (names_rank && alike < texts.size()) problem += " (" + places[first] + ")";
  if (failed > alike) problem += " (" + std::to_string(failed - alike) + " more ranks failed otherwise)";
  throw AgreedError(parts[0], problem, parts[2], parts[3]);
}

}  // namespace

AgreedError::AgreedError(int exit_code, const std::string& problem, const std::string& where,
                         const std::string& remedy)
    : Error(problem, where, remedy), exit_code_(exit_code) {
  all_ranks_fail = true;
}

bool failing_together() {
  return all_ranks_fail;
}

std::string place_of(const Communicator& comm) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return "rank " + std::to_string(comm.rank()) + " on " + host;
}

Failure failure_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const AgreedError& error) {
    return {error.exit_code(), error.problem(), error.where(), error.remedy()};
  } catch (const Error& error) {
    return {exit_input_error, error.problem(), error.where(), error.remedy()};
  } catch (const Interrupted& interrupted) {
    return {exit_interrupted, interrupted.what(), {}, "Run the same command again"};
  } catch (const std::bad_alloc&) {
    return {exit_input_error,
            "there is not enough memory",
            {},
            "Give more memory, fewer ranks on a node, or fewer --threads"};
  } catch (const std::exception& error) {
    return {exit_internal,
            std::string("internal failure: ") + error.what(),
            {},
            "This is a defect: please report it with the log"};
  } catch (...) {
    return {exit_internal, "internal failure", {}, "This is a defect: please report it with the log"};
  }
}

std::optional<Failure> failure_in(const std::function<void()>& work) {
  try {
    work();
  } catch (...) {
    return failure_of(std::current_exception());
  }
  return std::nullopt;
}

void agree(const Communicator& comm, const std::optional<Failure>& mine) {
  agree_naming(comm, mine, true);
}

// A process without MPI has nobody to agree with: what is thrown stays what it is.
void together(const Communicator& comm, const std::function<void()>& work) {
  if (!comm.native()) return work();
  agree_naming(comm, failure_in(work), true);
}

void on_root(const Communicator& comm, const std::function<void()>& work) {
  if (!comm.native()) return work();
  agree_naming(comm, comm.root() ? failure_in(work) : std::nullopt, false);
}

void stop_if_asked(const Communicator& comm, const std::string& next) {
  const auto asked = comm.max(stop_requested() ? stop_signal() : 0);
  if (asked == 0) return;
  throw AgreedError(exit_interrupted,
                    "stopped by " + signal_name(static_cast<int>(asked)) + "; state is saved", {}, next);
}

}  // namespace cytoscale::mpi
