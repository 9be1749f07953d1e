#include "pipeline/self_description.hpp"

#include <algorithm>

#include "cli/completion.hpp"
#include "cli/markdown_page.hpp"
#include "cli/roff_page.hpp"
#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/version.hpp"

namespace cytoscale::pipeline {
namespace {

using Words = std::vector<std::string>;

constexpr const char* command_line = "the command line";

std::string overview(const Jobs& jobs) {
  std::string text = "cytoscale " + version_text() +
                     ":\nprofiles of a microscope screen that tell which treatments act alike\n\n"
                     "usage: cytoscale JOB [--config FILE] [--KEY VALUE ...]\n"
                     "       mpirun -n RANKS cytoscale JOB ...\n"
                     "       cytoscale help JOB\n"
                     "       cytoscale completion bash|zsh|fish\n"
                     "       cytoscale --version\n\njobs:\n";
  std::size_t longest = 0;
  for (const auto& job : jobs) longest = std::max(longest, job->name().size());
  const auto margin = longest + 4;
  for (const auto& job : jobs) {
    const auto summary = cli::wrapped(job->text().summary, margin);
    text += "  " + job->name() + summary.substr(job->name().size() + 2);
  }
  return text;
}

std::vector<cli::JobText> texts_of(const Jobs& jobs) {
  std::vector<cli::JobText> texts;
  for (const auto& job : jobs) texts.push_back(job->text());
  return texts;
}

std::string page_of(Job& job, const std::string& format) {
  if (format == "man") return cli::roff_page(job.text(), job.options(), std::string(version()));
  if (format == "markdown") return cli::markdown_page(job.text(), job.options());
  if (format == "text") return cli::manual_page(job.text(), job.options());
  throw Error("'" + format + "' is not a format of manuals", "--format", "Use one of: text, man, markdown");
}

std::string help(Words words, Jobs jobs) {
  std::string format = "text";
  if (words.size() > 2 && words[words.size() - 2] == "--format") {
    format = words.back();
    words.resize(words.size() - 2);
  }
  if (words.size() > 2) throw Error("help is of one job", command_line, "Write cytoscale help " + words[1]);
  if (words.size() == 2) return page_of(*find_job(words[1], std::move(jobs)), format);
  return format == "man" ? cli::roff_overview(texts_of(jobs), std::string(version())) : overview(jobs);
}

std::string completion(const Words& words, const Jobs& jobs) {
  if (words.size() != 2)
    throw Error("completion is of one shell", command_line,
                "Name one of " + join(enum_words<cli::Shell>(), ", "));
  std::vector<cli::JobOptions> all;
  for (const auto& job : jobs) all.push_back({job->text(), job->options()});
  return cli::completion_script(parse_enum<cli::Shell>(words[1], command_line), all);
}

}  // namespace

std::unique_ptr<Job> find_job(const std::string& name, Jobs jobs) {
  std::vector<std::string> names;
  for (auto& job : jobs) {
    if (job->name() == name) return std::move(job);
    names.push_back(job->name());
  }
  const auto near = nearest_word(name, names);
  throw Error("there is no job '" + name + "'", command_line,
              near ? "Did you mean '" + *near + "'?" : "The jobs are " + join(names, ", "));
}

std::optional<std::string> self_description(const Words& words, const Program& program) {
  const auto first = words.empty() ? "--help" : words.front();
  if (first == "--help" || first == "-h") return overview(program.make_jobs());
  if (first == "--version" || first == "-V")
    return "cytoscale " + version_text() + "\n" + program.libraries();
  if (first == "help") return help(words, program.make_jobs());
  if (first == "completion") return completion(words, program.make_jobs());
  return std::nullopt;
}

}  // namespace cytoscale::pipeline
