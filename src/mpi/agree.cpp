#include "mpi/agree.hpp"

#include <nlohmann/json.hpp>

namespace cytoscale::mpi {

void agree(const Communicator& comm, const std::optional<Error>& mine) {
  if (comm.sum(mine ? 1 : 0) == 0) return;
  using nlohmann::json;
  std::string text;
  // A message may hold a file name that is not UTF-8: replace, never throw while agreeing.
  if (mine) {
    text = json{mine->problem(), mine->where(), mine->remedy()}.dump(-1, ' ', false,
                                                                     json::error_handler_t::replace);
  }
  int others = 0;
  std::string first;
  for (const auto& each : comm.all_gather(text)) {
    if (each.empty()) continue;
    if (first.empty()) first = each;
    if (each != first) ++others;
  }
  const auto parts = json::parse(first).get<std::vector<std::string>>();
  std::string problem = parts[0];
  if (others > 0) problem += " (" + std::to_string(others) + " more ranks failed otherwise)";
  throw AgreedError(problem, parts[1], parts[2]);
}

void together(const Communicator& comm, const std::function<void()>& work) {
  std::optional<Error> mine;
  try {
    work();
  } catch (const Error& error) {
    mine = error;
  } catch (const std::exception& error) {
    mine.emplace(std::string("unexpected failure: ") + error.what());
  }
  agree(comm, mine);
}

void on_root(const Communicator& comm, const std::function<void()>& work) {
  together(comm, [&] {
    if (comm.root()) work();
  });
}

}  // namespace cytoscale::mpi
