// What embed, predict and localize share: a network over pictures of a screen, a row for each.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "embed/embed_screen.hpp"
#include "jobs/job.hpp"

namespace cytoscale::jobs {

class EncodeJob : public Job {
 public:
  // All metadata: the file carries it.
  pipeline::ScreenUse screen_use() const override {
    return {.fields = true, .images = true, .metadata = true};
  }
  void resolve() override;
  void execute(const mpi::RunContext& context) override;

 protected:
  explicit EncodeJob(std::string file) : file_(std::move(file)) { embed_.pass.threads = 0; }
  // The groups of options that they have, in their order; what stands between is the job's own.
  void declare_files(cli::OptionSet& options, const std::string& what);
  cli::Option& declare_model(cli::OptionSet& options, const std::string& help);
  void declare_computing(cli::OptionSet& options);
  void declare_machine(cli::OptionSet& options);

  virtual bool over_fields() const { return false; }
  // What the result is made from, by role, for provenance.
  virtual std::map<std::string, std::filesystem::path> sources() const;
  // Before anything is computed, on every rank. Throws Error. Collective: no.
  virtual void ready(const screen::Screen& screen, const store::CellTable& cells,
                     const embed::Encoder& encoder, embed::EmbedOptions& options) {
    (void)screen, (void)cells, (void)encoder, (void)options;
  }
  virtual void report(const mpi::RunContext& context, const embed::EmbedResult& result,
                      double seconds) const = 0;
  bool is_untrained() const;

  std::filesystem::path output_ = ".", model_, cells_;
  screen::ManifestOptions manifest_;
  embed::EncoderOptions encoder_;
  int crop_px_ = 0;  // side of the window around a cell
  embed::EmbedOptions embed_;
  prepare::FieldFiles files_;

 private:
  std::filesystem::path weights() const;
  std::filesystem::path illumination() const;
  std::unique_ptr<embed::Encoder> make_encoder(const mpi::RunContext& context, const screen::Screen& screen,
                                               const store::CellTable& cells, int threads) const;
  std::string file_;
};

}  // namespace cytoscale::jobs
