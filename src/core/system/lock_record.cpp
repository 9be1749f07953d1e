#include "core/system/lock_record.hpp"

#include <array>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <random>

#include "core/fingerprint.hpp"
#include "core/text.hpp"

namespace cytoscale {
namespace {

constexpr const char* damaged_id = "damaged";

std::string new_id(const ProcessIdentity& self) {
  std::random_device device;
  Fingerprint mark;
  mark.add(self.host).add(self.boot).add(static_cast<std::uint64_t>(self.pid)).add(self.start);
  mark.add((static_cast<std::uint64_t>(device()) << 32) | device());
  return mark.text();
}

std::string time_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> text{};
  ::gmtime_r(&now, &parts);
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_id(const std::string& id) {  // it becomes a part of a file name
  return id.size() == 16 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

LockRecord LockRecord::of_this_process() {
  LockRecord record;
  record.process = ProcessIdentity::self();
  record.id = new_id(record.process);
  record.start = time_text();
  record.slurm_job = environment("SLURM_JOB_ID");
  record.slurm_restart = static_cast<std::int64_t>(to_number(environment("SLURM_RESTART_COUNT")).value_or(0));
  return record;
}

LockRecord LockRecord::parse(std::string_view text) noexcept {
  LockRecord record;
  try {
    const auto json = nlohmann::json::parse(text);
    record.id = json.at("id").get<std::string>();
    record.process = {json.at("host").get<std::string>(), json.at("boot").get<std::string>(),
                      json.at("pid").get<std::int64_t>(), json.at("process_start").get<std::uint64_t>()};
    record.start = json.at("start").get<std::string>();
    record.slurm_job = json.at("slurm_job").get<std::string>();
    record.slurm_restart = json.at("slurm_restart").get<std::int64_t>();
    if (is_id(record.id)) return record;
  } catch (const nlohmann::json::exception&) {
  }
  record = LockRecord();
  record.id = damaged_id;
  return record;
}

std::string LockRecord::text() const {
  const nlohmann::ordered_json json = {{"id", id},
                                       {"host", process.host},
                                       {"pid", process.pid},
                                       {"start", start},
                                       {"slurm_job", slurm_job},
                                       {"slurm_restart", slurm_restart},
                                       {"boot", process.boot},
                                       {"process_start", process.start}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

bool LockRecord::damaged() const {
  return id == damaged_id;
}

std::string LockRecord::description() const {
  if (damaged()) return "its lock cannot be read";
  return "host " + process.host + ", pid " + std::to_string(process.pid) +
         (slurm_job.empty() ? "" : ", Slurm job " + slurm_job) + ", started " + start;
}

bool LockRecord::restart_of(const LockRecord& older) const {
  return !slurm_job.empty() && slurm_job == older.slurm_job && slurm_restart > older.slurm_restart;
}

}  // namespace cytoscale
