#include "preflight/check_screen.hpp"

#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "core/placed_error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "core/version.hpp"
#include "preflight/column_findings.hpp"
#include "preflight/image_findings.hpp"
#include "preflight/quality_plan.hpp"
#include "screen/packed_screen.hpp"

namespace cytoscale::preflight {
namespace {

std::vector<std::string> each_once(const std::vector<std::string>& lines) {
  std::set<std::string> said;
  std::vector<std::string> once;
  for (const auto& line : lines) {
    if (said.insert(line).second) once.push_back(line);
  }
  return once;
}

std::string counted(std::size_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

void print(const std::vector<std::string>& lines, const std::string& head, std::ostream& out) {
  for (const auto& line : lines) out << head << ": " << line << "\n";
}

Subject subject_of(const screen::Screen& screen, const RankPlan& plan, const std::vector<double>& cells) {
  Subject subject;
  const auto fields = static_cast<double>(screen.fields.size());
  subject.plates = screen::plates_of(screen);
  subject.cells = [&cells](std::size_t field) { return cells[field]; };
  subject.channels = screen.channels.size();
  subject.wells = plan.wells;
  subject.field_bytes = plan.all.bytes / fields;
  const auto packed = screen::pack_screen(screen);
  for (const auto& part : packed.parts)
    subject.described_bytes += static_cast<double>(part.bytes.size()) / fields;
  return subject;
}

// Prints the plan; gives it as JSON.
nlohmann::ordered_json plan_screen(const screen::Screen& screen, const ScreenHeaders& headers,
                                   const CheckOptions& options, std::ostream& out) {
  const auto counts = cells_per_field(screen, options.output, options.expected_cells);
  const auto plan = plan_ranks(screen, headers, counts.cells, options.ranks);
  out << text_of(plan);
  nlohmann::ordered_json dry;
  if (options.dry_run.on) {
    const auto made = forecast(subject_of(screen, plan, counts.cells), options.ranks, options.dry_run);
    out << text_of(made);
    dry = json_of(made);
  }
  auto json = json_of(plan, plan_stages(plan, headers, options.chain));
  if (const auto quality = quality_of(screen, options.output)) {
    out << text_of(*quality);
    json["quality"] = json_of(*quality);
  }
  json["screen"]["cells_counted"] = counts.known;
  json["screen"]["fingerprint"] = screen.fingerprint();
  if (!dry.is_null()) json["dry_run"] = dry;
  return json;
}

}  // namespace

void CheckOptions::validate_options(const std::map<std::string, std::string>& from) {
  try {
    if (ranks < 1)
      found.problems.emplace_back(placed(Error("at least one rank is needed", "--ranks"), from).what());
    roles.validate();
    dry_run.validate();
  } catch (const Error& error) {
    found.problems.emplace_back(placed(error, from).what());
  }
}

void check_screen(const CheckOptions& options, std::ostream& out) {
  const auto where = options.manifest.manifest.string();
  auto manifest = screen::inspect_manifest(options.manifest);
  auto found = options.found;
  found.add(manifest);
  nlohmann::ordered_json json = {{"version", version_text()}, {"manifest", where}};
  if (manifest.screen) {
    const auto screen = std::make_shared<const screen::Screen>(*std::move(manifest.screen));
    const auto headers = read_headers(screen, options.threads, 60, options.images);
    if (headers.fields_opened() < headers.fields())
      found.notes.push_back(where + ": images of " + count_text(headers.fields_opened()) + " of " +
                            count_text(headers.fields()) + " fields were opened (--images some)");
    found.add(image_findings(*screen, headers));
    found.add(column_findings(*screen, options.roles, where, options.chain.needs_controls));
    if (options.ranks >= 1) json.update(plan_screen(*screen, headers, options, out));
  }
  found = {each_once(found.problems), each_once(found.notes)};
  print(found.problems, "problem", out);
  print(found.notes, "note", out);
  json["problems"] = found.problems;
  json["notes"] = found.notes;
  if (!options.plan.empty()) write_file_atomically(options.plan, json.dump(2) + "\n");
  if (found.problems.empty()) {
    out << "no problem found" << (found.notes.empty() ? "" : "; " + counted(found.notes.size(), "note"))
        << "\n";
    return;
  }
  out.flush();
  throw Error(counted(found.problems.size(), "problem") + " found", where, "They are listed above");
}

}  // namespace cytoscale::preflight
