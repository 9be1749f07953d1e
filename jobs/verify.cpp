#include "store/integrity/verify.hpp"

#include <iostream>

#include "core/error.hpp"
#include "jobs/job.hpp"

namespace cytoscale::jobs {
namespace {

class VerifyJob final : public Job {
 public:
  std::string name() const override { return "verify"; }
  std::string summary() const override { return "whether result files are whole, byte for byte"; }
  std::string description() const override {
    return "Reads all bytes of each file and compares them with the checksums that were stored when it was "
           "written: illumination.h5, cells.h5, crops.h5, embeddings.h5ad and all other .h5ad files of "
           "cytoscale, models and checkpoints (.safetensors). Every field must be done or listed as one that "
           "could not be read, and the file must say what it was made by.\n\n"
           "Prints a line for each file: whole, or what is not as it was written. A file that is unfinished, "
           "cut, missing, of another program or without checksums is not whole. Exit code 0 where all are "
           "whole, else 2. Ranks share the bytes of each file.\n\n"
           "  cytoscale verify results/*.h5 results/*.h5ad results/model/*.safetensors\n"
           "  mpirun -n 8 cytoscale verify results/crops.h5";
  }
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
