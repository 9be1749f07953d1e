#include "preflight/check_screen.hpp"

#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/version.hpp"
#include "preflight/column_problems.hpp"
#include "preflight/image_problems.hpp"

namespace cytoscale::preflight {
namespace {

using Problems = std::vector<std::string>;

void append(Problems& all, const Problems& more) {
  all.insert(all.end(), more.begin(), more.end());
}

Problems each_once(const Problems& problems) {
  std::set<std::string> said;
  Problems once;
  for (const auto& problem : problems) {
    if (said.insert(problem).second) once.push_back(problem);
  }
  return once;
}

// Prints the plan; gives it as JSON.
nlohmann::ordered_json plan_screen(const screen::Screen& screen, const ScreenHeaders& headers,
                                   const CheckOptions& options, std::ostream& out) {
  const auto counts = cells_per_field(screen, options.output, options.expected_cells);
  const auto plan = plan_ranks(screen, headers, counts.cells, options.ranks);
  out << text_of(plan);
  auto json = json_of(plan, plan_stages(plan, headers, options.chain));
  json["screen"]["cells_counted"] = counts.known;
  json["screen"]["fingerprint"] = screen.fingerprint();
  return json;
}

}  // namespace

void CheckOptions::validate_options() {
  if (ranks < 1) problems.push_back("--ranks: at least one rank is needed");
  try {
    roles.validate();
  } catch (const Error& error) {
    problems.emplace_back(error.what());
  }
}

void check_screen(const CheckOptions& options, std::ostream& out) {
  const auto where = options.manifest.manifest.string();
  auto manifest = screen::inspect_manifest(options.manifest);
  auto problems = options.problems;
  append(problems, manifest.problems);
  nlohmann::ordered_json json = {{"version", version_text()}, {"manifest", where}};
  if (manifest.screen) {
    const auto screen = std::make_shared<const screen::Screen>(*std::move(manifest.screen));
    const auto headers = read_headers(screen, options.threads);
    append(problems, image_problems(*screen, headers));
    append(problems, column_problems(*screen, options.roles, where));
    if (options.ranks >= 1) json.update(plan_screen(*screen, headers, options, out));
  }
  problems = each_once(problems);
  for (const auto& problem : problems) out << "problem: " << problem << "\n";
  json["problems"] = problems;
  if (!options.plan.empty()) write_file_atomically(options.plan, json.dump(2) + "\n");
  if (problems.empty()) {
    out << "no problem found\n";
    return;
  }
  out.flush();
  throw Error(std::to_string(problems.size()) + (problems.size() == 1 ? " problem" : " problems") + " found",
              where, "They are listed above");
}

}  // namespace cytoscale::preflight
