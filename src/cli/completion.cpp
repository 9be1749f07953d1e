#include "cli/completion.hpp"

#include <functional>

#include "core/text/text.hpp"

namespace cytoscale::cli {
namespace {

using Jobs = std::vector<JobOptions>;

constexpr const char* not_a_job = "help completion --help --version";  // first words beside the jobs

std::string in_single_quotes(const std::string& text, const std::string& quote) {
  std::string out;
  for (const char c : text) out += c == '\'' ? quote : std::string(1, c);
  return "'" + out + "'";
}

std::string names_of(const Jobs& jobs) {
  std::vector<std::string> names;
  for (const auto& job : jobs) names.push_back(job.text.name);
  return join(names, " ");
}

std::vector<Option> all_options(const JobOptions& job) {
  std::vector<Option> all;
  for (const auto& group : option_groups(job.options))
    all.insert(all.end(), group.options.begin(), group.options.end());
  return all;
}

// The first clause of its help: what a list of options has room for.
std::string clause_of(const Option& option) {
  return option.help.substr(0, std::min(option.help.find_first_of(";:("), option.help.size()));
}

bool takes_words(const Option& option) {
  return !option.words.empty() && !option.takes_file;
}

std::string keys_where(const JobOptions& job, const std::string& separator,
                       const std::function<bool(const Option&)>& wanted) {
  std::vector<std::string> keys;
  for (const auto& option : all_options(job))
    if (wanted(option)) keys.push_back("--" + option.key);
  return join(keys, separator);
}

std::string bash_case(const JobOptions& job) {
  const auto files = keys_where(job, "|", [](const auto& o) { return o.takes_file; });
  const auto others =
      keys_where(job, "|", [](const auto& o) { return !o.takes_file && !o.is_switch && !takes_words(o); });
  std::string text = "    " + job.text.name + ")\n      case $previous in\n";
  if (!files.empty()) text += "        " + files + ") _cytoscale_files; return ;;\n";
  for (const auto& option : all_options(job))
    if (takes_words(option))
      text += "        --" + option.key + ") words='" + join(option.words, " ") + "' ;;\n";
  if (!others.empty()) text += "        " + others + ") return ;;\n";
  const std::string rest =
      job.options.rest() ? "\n           case $current in -*) ;; *) _cytoscale_files; return ;; esac" : "";
  return text + "        *) words='" + keys_where(job, " ", [](const auto&) { return true; }) + "'" + rest +
         " ;;\n      esac ;;\n";
}

std::string bash_script(const Jobs& jobs) {
  std::string text = R"bash(# bash completion for cytoscale: eval "$(cytoscale completion bash)"
_cytoscale_files() {
  compopt -o filenames 2>/dev/null
  local IFS=$'\n'
  COMPREPLY=($(compgen -f -- "$current"))
}
_cytoscale() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} job=${COMP_WORDS[1]} words=
  COMPREPLY=()
  # --key=value comes as three words.
  if [ "$current" = '=' ]; then current=; elif [ "$previous" = '=' ]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
  if [ "$COMP_CWORD" = 1 ]; then job=; fi
  case $job in
    '') words=')bash";
  text += names_of(jobs) + " " + not_a_job + "' ;;\n    help) words='" + names_of(jobs) +
          "' ;;\n    completion) words='" + join(enum_words<Shell>(), " ") + "' ;;\n";
  for (const auto& job : jobs) text += bash_case(job);
  return text + R"bash(  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _cytoscale cytoscale
)bash";
}

// Within _arguments and _describe: brackets and colons are theirs.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_option(const Option& option) {
  auto spec = "--" + option.key + (option.is_switch ? "" : "=") + "[" + zsh_text(clause_of(option)) + "]";
  if (!option.is_switch) {
    spec += ":" + zsh_text(option.value_name) + ":";
    spec += option.takes_file ? "_files" : takes_words(option) ? "(" + join(option.words, " ") + ")" : " ";
  }
  return in_single_quotes(spec, "'\\''");
}

std::string zsh_script(const Jobs& jobs) {
  std::string text =
      "#compdef cytoscale\n# eval \"$(cytoscale completion zsh)\"\n_cytoscale() {\n"
      "  local -a jobs\n  jobs=(\n";
  for (const auto& job : jobs)
    text += "    " + in_single_quotes(job.text.name + ":" + zsh_text(job.text.summary), "'\\''") + "\n";
  text += "  )\n  if (( CURRENT == 2 )); then\n    _describe job jobs\n    compadd -- " +
          std::string(not_a_job) + "\n    return\n  fi\n  case $words[2] in\n" +
          "    help) _describe job jobs ;;\n    completion) compadd -- " + join(enum_words<Shell>(), " ") +
          " ;;\n";
  for (const auto& job : jobs) {
    text += "    " + job.text.name + ")\n      shift words; (( CURRENT-- ))\n      _arguments";
    for (const auto& option : all_options(job)) text += " \\\n        " + zsh_option(option);
    if (job.options.rest()) text += " \\\n        '*:file:_files'";
    text += " ;;\n";
  }
  return text + R"zsh(  esac
}
if [ "${funcstack[1]}" = _cytoscale ]; then _cytoscale "$@"; else compdef _cytoscale cytoscale; fi
)zsh";
}

std::string fish_quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return in_single_quotes(out, "\\'");
}

std::string fish_script(const Jobs& jobs) {
  const std::string begin = "complete -c cytoscale ";
  std::string text = "# cytoscale completion fish | source\n" + begin + "-f\n";
  for (const auto& job : jobs)
    text += begin + "-n __fish_use_subcommand -a " + job.text.name + " -d " + fish_quoted(job.text.summary) +
            "\n";
  text += begin + "-n __fish_use_subcommand -a 'help completion'\n" + begin +
          "-n __fish_use_subcommand -l help -s h -d 'list the jobs'\n" + begin +
          "-n __fish_use_subcommand -l version -s V -d 'tell the version, and those of libraries'\n" + begin +
          "-n '__fish_seen_subcommand_from help' -a '" + names_of(jobs) + "'\n" + begin +
          "-n '__fish_seen_subcommand_from completion' -a '" + join(enum_words<Shell>(), " ") + "'\n";
  for (const auto& job : jobs) {
    const auto of_job = begin + "-n '__fish_seen_subcommand_from " + job.text.name + "' ";
    for (const auto& option : all_options(job)) {
      text += of_job + "-l " + option.key + " -d " + fish_quoted(clause_of(option));
      if (option.takes_file)
        text += " -r -F";
      else if (takes_words(option))
        text += " -x -a '" + join(option.words, " ") + "'";
      else if (!option.is_switch)
        text += " -x";
      text += "\n";
    }
    if (job.options.rest()) text += of_job + "-F\n";
  }
  return text;
}

}  // namespace

std::string completion_script(Shell shell, const Jobs& jobs) {
  switch (shell) {
    case Shell::zsh:
      return zsh_script(jobs);
    case Shell::fish:
      return fish_script(jobs);
    case Shell::bash:
      break;
  }
  return bash_script(jobs);
}

}  // namespace cytoscale::cli
