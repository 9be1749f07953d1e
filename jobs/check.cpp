#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/threads/task_queue.hpp"
#include "image/io/tiff.hpp"
#include "jobs/job.hpp"
#include "jobs/registry.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "screen/plan.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::jobs {
namespace {
namespace fs = std::filesystem;

constexpr double header_timeout_s = 60;

struct ImageInspection {
  std::uint64_t bytes = 0;
  std::optional<image::TiffInfo> info;
  std::string problem;
};

ImageInspection look_at(const ImageFile& image) {
  ImageInspection look;
  std::error_code failure;
  look.bytes = fs::file_size(image.path, failure);
  if (failure) {
    look.bytes = 0;
    look.problem = image.path.string() + ": the image is missing or unreadable (" + failure.message() + ")";
    return look;
  }
  try {
    look.info = image::inspect_tiff(image);
  } catch (const Error& error) {
    look.problem = error.what();
  }
  return look;
}

std::vector<std::vector<ImageInspection>> look_at_all(const screen::Screen& screen, int threads) {
  std::vector<std::vector<ImageInspection>> looks(screen.fields.size());
  TaskQueue<std::vector<ImageInspection>> queue(threads);
  std::size_t asked = 0;
  for (auto& look : looks) {
    for (; asked < looks.size() && queue.asked() < 4 * static_cast<std::size_t>(threads) + 4; ++asked) {
      queue.ask([images = screen.fields[asked].images](Claim&) {
        std::vector<ImageInspection> found;
        for (const auto& image : images) found.push_back(look_at(image));
        return found;
      });
    }
    const auto& images = screen.fields[static_cast<std::size_t>(&look - looks.data())].images;
    auto found = queue.take({}, header_timeout_s);
    look = found ? std::move(*found) : std::vector<ImageInspection>(images.size());
    if (!found) look.front().problem = images.front().path.string() + ": reading its header did not end";
  }
  return looks;
}

template <typename T>
T most_frequent(const std::vector<T>& values) {
  std::map<T, std::size_t> votes;
  for (const auto& value : values) ++votes[value];
  return std::max_element(votes.begin(), votes.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

std::string size_text(std::pair<int, int> size) {
  return std::to_string(size.second) + "×" + std::to_string(size.first) + " px";
}

// Files: missing, unreadable; another size than the plate's, another bit depth than the channel's.
void check_images(const screen::Screen& screen, const std::vector<std::vector<ImageInspection>>& looks,
                  std::vector<std::string>& problems) {
  for (const auto& plate : screen::plates_of(screen)) {
    std::vector<std::pair<int, int>> sizes;
    for (std::size_t f = plate.first_field; f < plate.first_field + plate.field_count; ++f) {
      for (const auto& look : looks[f]) {
        if (!look.problem.empty()) problems.push_back(look.problem);
        if (look.info) sizes.emplace_back(look.info->height, look.info->width);
      }
    }
    if (sizes.empty()) continue;
    const auto usual = most_frequent(sizes);
    for (std::size_t f = plate.first_field; f < plate.first_field + plate.field_count; ++f) {
      for (std::size_t c = 0; c < looks[f].size(); ++c) {
        if (!looks[f][c].info) continue;
        const std::pair size{looks[f][c].info->height, looks[f][c].info->width};
        if (size != usual) {
          problems.push_back(screen.fields[f].images[c].path.string() + ": " + size_text(size) +
                             " where plate " + plate.plate + " has " + size_text(usual));
        }
      }
    }
  }
  for (std::size_t c = 0; c < screen.channels.size(); ++c) {
    std::vector<int> bits;
    for (const auto& field : looks) {
      if (field[c].info) bits.push_back(field[c].info->bits);
    }
    if (bits.empty()) continue;
    const int usual = most_frequent(bits);
    for (std::size_t f = 0; f < looks.size(); ++f) {
      if (looks[f][c].info && looks[f][c].info->bits != usual) {
        problems.push_back(screen.fields[f].images[c].path.string() + ": " +
                           std::to_string(looks[f][c].info->bits) + " bits where channel " +
                           screen.channels[c] + " has " + std::to_string(usual));
      }
    }
  }
}

// Columns: present, controls on the screen and on every plate, more than one batch.
void check_columns(const screen::Screen& screen, const screen::ColumnRoles& roles, const std::string& where,
                   std::vector<std::string>& problems) {
  const auto metadata = screen::metadata_table(screen);
  const auto attempt = [&](const std::function<void()>& check) {
    try {
      check();
    } catch (const Error& error) {
      problems.emplace_back(error.what());
    }
  };
  attempt([&] { screen::treatment_labels(metadata, roles, where); });
  attempt([&] { metadata.column(roles.compound, where); });
  attempt([&] { metadata.column(roles.class_column, where); });
  attempt([&] {
    const auto mask = screen::control_mask(metadata, roles, where);
    std::set<std::string> with;
    for (std::size_t f = 0; f < mask.size(); ++f) {
      if (mask[f]) with.insert(screen.fields[f].plate);
    }
    for (const auto& plate : screen::plates_of(screen)) {
      if (!with.contains(plate.plate)) {
        problems.push_back(where + ": plate " + plate.plate + " has no negative control (" + roles.control +
                           "); per-plate normalization is impossible");
      }
    }
  });
  attempt([&] {
    const auto batches = screen::batch_labels(metadata, roles, where);
    if (std::set<std::string>(batches.begin(), batches.end()).size() == 1) {
      problems.push_back(
          where + ": all fields are of one batch ('" + batches.front() +
          "'): NSCB has no candidates. Name another column with --batch if there were repeats");
    }
  });
}

class CheckJob final : public Job {
 public:
  std::string name() const override { return "check"; }
  std::string summary() const override {
    return "validate manifest and config, show the shard plan; computes nothing";
  }
  std::string description() const override {
    return "Lists every problem of a manifest and a config file before cluster time is spent: unknown keys "
           "and bad values (of all jobs), missing or unreadable images, images whose size or bit depth "
           "disagrees with their plate's or channel's, fields that occur twice, missing columns, plates "
           "without negative controls, a screen of one batch.\n\n"
           "Then it prints who would do what on --ranks ranks: plates, fields, expected cells and bytes of "
           "each (the last fields, the 'shared tail', are taken by whoever is idle). Needs no MPI. Cells "
           "are those of OUTPUT/cells.h5 if it is there, else --expected-cells per field.\n\n"
           "Exit code 0: no problem; 2: there are problems.\n\n"
           "  cytoscale check --config config/bbbc021.cfg --ranks 64";
  }
  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    declare_manifest(options, manifest_);
    declare_roles(options, roles_);
    options.group("Plan");
    options.add("ranks", ranks_, "ranks to plan for").resource();
    options.add("expected-cells", expected_cells_, "cells per field to reckon with before segmentation");
    options.group("Machine");
    options.add("threads", threads_, "threads that read image headers (0: all processors)").resource();
  }
  bool lists_problems() const override { return true; }
  void receive(const std::map<std::string, std::string>& values,
               const std::vector<std::string>& problems) override {
    problems_ = problems;
    // Every other job judges its own keys; what they read is not there yet, so only values count.
    for (const auto& job : all_jobs()) {
      if (job->name() == name() || job->name() == "run") continue;
      job->options().assign(values, &problems_);
    }
  }
  void resolve() override {
    if (ranks_ < 1) problems_.push_back("--ranks: at least one rank is needed");
    try {
      roles_.validate();
    } catch (const Error& error) {
      problems_.emplace_back(error.what());
    }
  }

  void execute(const mpi::RunContext& context) override {
    const int threads = mpi::threads_per_rank(context.comm, threads_);
    mpi::on_root(context.comm, [&] { report(threads); });
  }

 private:
  void report(int threads) {
    auto manifest = screen::inspect_manifest(manifest_);
    problems_.insert(problems_.end(), manifest.problems.begin(), manifest.problems.end());
    if (manifest.screen) {
      const auto looks = look_at_all(*manifest.screen, threads);
      check_images(*manifest.screen, looks, problems_);
      check_columns(*manifest.screen, roles_, manifest_.manifest.string(), problems_);
      if (ranks_ >= 1) print_plan(*manifest.screen, looks);
    }
    std::set<std::string> said;
    for (const auto& problem : problems_) {
      if (said.insert(problem).second) std::cout << "problem: " << problem << "\n";
    }
    if (said.empty()) {
      std::cout << "no problem found\n";
      return;
    }
    std::cout.flush();
    throw Error(std::to_string(said.size()) + (said.size() == 1 ? " problem" : " problems") + " found",
                manifest_.manifest.string(), "They are listed above");
  }

  std::vector<double> cells_per_field(const screen::Screen& screen) const {
    const auto path = output_ / "cells.h5";
    if (fs::exists(path)) {
      const auto table = store::read_cell_table(path);
      if (table.fields() == screen.fields.size() && table.screen_fingerprint == screen.fingerprint()) {
        std::vector<double> cells;
        for (std::size_t f = 0; f < table.fields(); ++f)
          cells.push_back(static_cast<double>(table.cells_of(f)));
        return cells;
      }
    }
    return std::vector<double>(screen.fields.size(), expected_cells_);
  }

  void print_plan(const screen::Screen& screen,
                  const std::vector<std::vector<ImageInspection>>& looks) const {
    const auto cells = cells_per_field(screen);
    const auto plan = screen::plan_shards(screen, ranks_);
    const auto line = [&](const std::string& who, const std::vector<std::size_t>& fields) {
      std::set<std::string> plates;
      double expected = 0, bytes = 0;
      for (auto field : fields) {
        plates.insert(screen.fields[field].plate);
        expected += cells[field];
        for (const auto& look : looks[field]) bytes += static_cast<double>(look.bytes);
      }
      std::cout << "  " << who << std::string(who.size() < 12 ? 12 - who.size() : 1, ' ') << plates.size()
                << " plates, " << count_text(fields.size()) << " fields, "
                << count_text(static_cast<std::uint64_t>(expected)) << " cells, " << bytes_text(bytes)
                << "\n";
    };
    std::cout << "screen: " << screen::plates_of(screen).size() << " plates, "
              << count_text(screen::wells_of(screen).size()) << " wells, " << count_text(screen.fields.size())
              << " fields, channels " << join(screen.channels, ", ") << "\n"
              << "plan for " << ranks_ << (ranks_ == 1 ? " rank:\n" : " ranks:\n");
    for (std::size_t rank = 0; rank < plan.fields.size(); ++rank)
      line("rank " + std::to_string(rank), plan.fields[rank]);
    if (!plan.tail.empty()) line("shared tail", plan.tail);
  }

  fs::path output_ = ".";
  screen::ManifestOptions manifest_;
  screen::ColumnRoles roles_;
  int ranks_ = 1, threads_ = 0;
  double expected_cells_ = 150;
  std::vector<std::string> problems_;
};

}  // namespace

std::unique_ptr<Job> make_check_job() {
  return std::make_unique<CheckJob>();
}

}  // namespace cytoscale::jobs
