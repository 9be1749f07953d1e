#include <algorithm>

#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "settings/encoding_settings.hpp"

namespace cytoscale::jobs {
namespace {

class EmbedJob final : public Job {
 public:
  EmbedJob() : Job(manual_of("embed")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  void check(const Outset& outset) override { settings_.check(outset); }
  // All metadata: the file carries it.
  pipeline::ScreenUse screen_use() const override {
    return {.fields = true, .images = true, .metadata = true, .field_files = settings_.masks()};
  }

  void execute(const mpi::RunContext& context) override {
    const auto encoding = settings_.at_hand(context.comm);
    const auto result = embed::encode_screen(context, encoding, resolved_options(*this));
    const auto rate = static_cast<double>(result.cells) / std::max(result.seconds, 1e-9);
    if (result.cells_kept > 0)
      context.log.info(count_text(static_cast<std::uint64_t>(result.cells_kept)) +
                       " cells keep their features: nothing but metadata has changed");
    context.log.info(count_text(static_cast<std::uint64_t>(result.cells)) + " cells embedded, " +
                     count_text(static_cast<std::uint64_t>(rate)) + " cells/s" +
                     (result.failed_fields > 0
                          ? "; " + count_text(result.failed_fields) + " fields without features"
                          : ""));
  }

 private:
  settings::EmbedSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_embed_job() {
  return std::make_unique<EmbedJob>();
}

}  // namespace cytoscale::jobs
