#include "core/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <functional>
#include <set>
#include <string>

namespace cytoscale {

namespace {

// On terminals alone, and not where the user wants none (https://no-color.org).
spdlog::color_mode color_mode() {
  const char* unwanted = std::getenv("NO_COLOR");
  return unwanted && *unwanted ? spdlog::color_mode::never : spdlog::color_mode::automatic;
}

}  // namespace

struct Log::Impl {
  spdlog::logger logger;
  int rank;
  bool quiet;
  std::set<std::string, std::less<>> noted = {};
};

Log::Log(int rank, int size, bool quiet)
    : impl_(new Impl{
          spdlog::logger("cytoscale", std::make_shared<spdlog::sinks::stderr_color_sink_mt>(color_mode())),
          rank, quiet}) {
  const std::string who = size > 1 ? "[rank " + std::to_string(rank) + "] " : "";
  impl_->logger.set_pattern("%H:%M:%S %^%L%$ " + who + "%v");
  impl_->logger.flush_on(spdlog::level::info);
}
Log::~Log() = default;
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;

void Log::info(std::string_view text) {
  if (impl_->rank == 0 && !impl_->quiet) impl_->logger.info("{}", text);
}
void Log::warning(std::string_view text) {
  impl_->logger.warn("{}", text);
}
void Log::note(std::string_view text) {
  if (impl_->rank == 0 && !impl_->quiet && impl_->noted.emplace(text).second) impl_->logger.warn("{}", text);
}
void Log::error(std::string_view text) {
  impl_->logger.error("{}", text);
}

}  // namespace cytoscale
