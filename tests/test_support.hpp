// What tests share: the ranks, a folder of their own, the place of real data, what an error says, and running
// the built program.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mpi/run_context.hpp"
#include "network/spec/compute.hpp"

namespace cytoscale {

mpi::Communicator*& test_world();  // set by main
inline const mpi::Communicator& world() {
  return *test_world();
}

// An empty folder, the same on every rank, under the test's working directory. Collective: yes.
std::filesystem::path fresh_folder(const std::string& name);

// The folder of real data (environment variable CYTOSCALE_TEST_DATA), or nothing: then GTEST_SKIP() with
// no_data_reason.
std::optional<std::filesystem::path> test_data();
inline constexpr const char* no_data_reason = "CYTOSCALE_TEST_DATA is not set: no real images here";

// Where networks of tests compute (environment variable CYTOSCALE_TEST_DEVICE: auto, cpu or cuda); unset: on
// the CPU. Throws Error: another word.
network::Device test_device();

// What the Error says that `work` throws; "no error" where it throws none.
std::string message_of(const std::function<void()>& work);

// Runs the built program and waits. `ranks` > 0: under mpirun. Only from rank 0 of a one-rank test.
struct ProgramResult {
  int exit_code;
  std::string output, errors;
  double seconds;
};
ProgramResult run_program(const std::vector<std::string>& arguments, int ranks = 0, double timeout_s = 120);

// Whether it ended within 5 s, beside what a program that does nothing takes on this machine now.
bool ended_at_once(const ProgramResult& result, int ranks = 0);

// A context for these ranks that says nothing. The communicator must outlive it.
mpi::RunContext quiet(const mpi::Communicator& comm = world());

}  // namespace cytoscale
