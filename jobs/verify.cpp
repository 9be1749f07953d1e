#include "store/integrity/verify.hpp"

#include <iostream>

#include "core/error.hpp"
#include "jobs/job.hpp"

namespace cytoscale::jobs {
namespace {

class VerifyJob final : public Job {
 public:
  VerifyJob() : Job(manual_of("verify")) {}
  void declare(cli::OptionSet& options) override {
    options.add("files", files_, "what to verify; the words without an option are taken for it")
        .value("FILE")
        .rest()
        .reads([this] { return paths(); });
  }
  void resolve() override {
    if (files_.empty()) throw Error("no file is named", "--files", "Name those to verify: verify FILE ...");
  }

  void execute(const mpi::RunContext& context) override {
    store::verify_files(context.comm, paths(), std::cout);
  }

 private:
  cli::Paths paths() const { return {files_.begin(), files_.end()}; }
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Job> make_verify_job() {
  return std::make_unique<VerifyJob>();
}

}  // namespace cytoscale::jobs
