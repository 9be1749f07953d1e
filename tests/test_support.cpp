#include "test_support.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "core/error.hpp"
#include "core/system/files.hpp"

namespace cytoscale {
namespace fs = std::filesystem;

mpi::Communicator*& test_world() {
  static mpi::Communicator* instance = nullptr;
  return instance;
}

fs::path fresh_folder(const std::string& name) {
  const fs::path folder = fs::current_path() / "scratch" / name;
  if (world().root()) {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  world().barrier();
  return folder;
}

std::optional<fs::path> test_data() {
  const char* place = std::getenv("CYTOSCALE_TEST_DATA");
  if (!place || !*place || !fs::is_directory(place)) return std::nullopt;
  return fs::path(place);
}

network::Device test_device() {
  const char* word = std::getenv("CYTOSCALE_TEST_DEVICE");
  return word && *word ? parse_enum<network::Device>(word, "CYTOSCALE_TEST_DEVICE") : network::Device::cpu;
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

namespace {

std::string shell_quoted(const std::string& word) {
  std::string text = "'";
  for (char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& arguments, int ranks, double timeout_s) {
  const char* program = std::getenv("CYTOSCALE_PROGRAM");
  if (!program) throw std::runtime_error("CYTOSCALE_PROGRAM is not set: run the test through ctest");
  static int serial = 0;
  const std::string base =
      (fs::current_path() / ("program_" + std::to_string(::getpid()) + "_" + std::to_string(serial++)))
          .string();
  // A program started from within an MPI process must not take itself for one of its ranks.
  std::string command =
      "env $(env | grep -oE '^(OMPI|PMIX|PMI|ORTE)_[A-Za-z_0-9]*' | grep -vE "
      "'^OMPI_(ALLOW_RUN|MCA_(mpi_yield|btl_vader))' | sed 's/^/-u /') ";
  command += "timeout -k 5 " + std::to_string(timeout_s) + " ";
  if (ranks > 0)
    command += std::string(std::getenv("CYTOSCALE_MPIRUN")) + " -n " + std::to_string(ranks) + " ";
  command += shell_quoted(program);
  for (const auto& argument : arguments) command += " " + shell_quoted(argument);
  command += " >" + shell_quoted(base + ".out") + " 2>" + shell_quoted(base + ".err") + " </dev/null";
  const auto start = std::chrono::steady_clock::now();
  const int status = std::system(command.c_str());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  ProgramResult result{WIFEXITED(status) ? WEXITSTATUS(status) : 128, read_file(base + ".out"),
                       read_file(base + ".err"), seconds};
  fs::remove(base + ".out");
  fs::remove(base + ".err");
  return result;
}

bool ended_at_once(const ProgramResult& result, int ranks) {
  constexpr double limit_s = 5;
  return result.seconds < limit_s ||
         result.seconds < limit_s + run_program({"reduce", "--help"}, ranks).seconds;
}

mpi::RunContext quiet(const mpi::Communicator& comm) {
  static Log log(0, 1, true);
  static const SteadyClock clock;
  return {comm, log, clock};
}

}  // namespace cytoscale
