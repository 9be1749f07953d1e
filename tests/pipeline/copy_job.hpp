// A job as real as any, and quick: reads a file, adds a word, writes another.
#pragma once
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "mpi/agree.hpp"
#include "pipeline/job_base.hpp"

namespace cytoscale::pipeline {

class CopyJob final : public Job {
 public:
  // Reads OUTPUT/`from`, writes OUTPUT/NAME; tells in `done` that it was executed, and with which words.
  CopyJob(const std::string& name, std::string from, std::vector<std::string>& done)
      : Job({name, "copies", "Copies a file."}), from_(std::move(from)), done_(done) {}

  void declare(cli::OptionSet& options) override {
    options.add("output", output_, "folder").resource();
    options.add(name() + "-from", in_, "read");
    options.add(name() + "-to", out_, "written").output();
    options.add("word", word_, "added");
    options.add(name() + "-note", note_, "recorded, and of no effect");
    options.add("model", model_, "taken note of").resource();
    options.add("profiles", profiles_, "taken note of").resource();
    options.add("retrain", retrain_, "taken note of").resource();
  }
  void resolve() override {
    if (in_.empty()) in_ = output_ / from_;
    if (out_.empty()) out_ = output_ / name();
  }
  ScreenUse screen_use() const override { return use; }
  void check(const Outset& outset) override {
    if (!needs.empty() && !outset.makes(output_ / needs)) throw Error("nobody makes " + needs, name());
  }
  void execute(const mpi::RunContext& context) override {
    done_.push_back(name() + (retrain_.empty() ? "" : ":" + retrain_));
    mpi::on_root(context.comm, [&] { write_file_atomically(out_, read_file(in_) + word_); });
  }

  ScreenUse use;
  std::string needs;  // a file of OUTPUT that an earlier stage is to make; empty: none

 private:
  std::string from_;
  std::vector<std::string>& done_;
  std::filesystem::path output_, in_, out_;
  std::string word_ = ".", note_, model_, profiles_, retrain_;
};

}  // namespace cytoscale::pipeline
