// What the programs that measure a stage share: a stage and the limit that it is held against, run in turn,
// and the line of JSON that tells of them.
#pragma once
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/system/clock.hpp"
#include "mpi/session.hpp"
#include "used.hpp"

namespace cytoscale::bench {

// Seconds of one round, in which the stage and its limit follow each other.
struct Round {
  double stage_s, limit_s;
};
struct Rounds {
  std::vector<Round> all;
  long peak_kib = 0;  // of this rank, when it had done the stage once
};

// Seconds until all ranks have done it. Collective: yes.
inline double seconds_of(const mpi::Communicator& comm, const std::function<void()>& work) {
  const SteadyClock clock;
  comm.barrier();
  const double begun_s = clock.now_s();
  work();
  comm.barrier();
  return clock.now_s() - begun_s;
}

// One round more is run first, and not counted. Collective: yes.
inline Rounds in_turn(const mpi::Communicator& comm, int rounds, const std::function<void()>& stage,
                      const std::function<void()>& limit) {
  Rounds made;
  for (int round = -1; round < rounds; ++round) {
    Round took{seconds_of(comm, stage), 0};
    if (round < 0) made.peak_kib = peak_kib();
    took.limit_s = seconds_of(comm, limit);
    if (round >= 0) made.all.push_back(took);
  }
  return made;
}

// Of four digits.
inline double figure(double value) {
  std::ostringstream text;
  text.precision(4);
  text << value;
  return std::stod(text.str());
}

inline std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown";
}

struct Measured {
  std::string stage;
  nlohmann::json work;  // what and how much of it
  std::string unit;     // of what is counted: "cells"
  double amount;        // of it, in a round of the stage …
  std::string limit;    // what the stage is held against
  double limit_amount;  // … and in a round of that
  Rounds rounds;

  double seconds() const {  // of the stage, a round
    std::vector<double> stage_s;
    for (const auto& round : rounds.all) stage_s.push_back(round.stage_s);
    return median_of(stage_s);
  }
};

// One line: stage, work, seconds (of a round, their median), rate, unit, limit, limit_rate, share (of the
// medians), shares (of the rounds), peak_MB (of the rank that takes most memory), ranks, processor. `more`:
// further keys. Collective: yes.
inline void print(const mpi::Communicator& comm, const Measured& measured,
                  const nlohmann::json& more = nlohmann::json::object()) {
  std::vector<double> limit_s, shares;
  for (const auto& round : measured.rounds.all) {
    limit_s.push_back(round.limit_s);
    shares.push_back(figure(measured.amount / round.stage_s / (measured.limit_amount / round.limit_s)));
  }
  const double peak_MB = static_cast<double>(comm.max(measured.rounds.peak_kib)) * 1024 / 1e6;
  const double rate = measured.amount / measured.seconds();
  const double limit_rate = measured.limit_amount / median_of(limit_s);
  nlohmann::ordered_json line = {{"stage", measured.stage},
                                 {"work", measured.work},
                                 {"seconds", figure(measured.seconds())},
                                 {"rate", figure(rate)},
                                 {"unit", measured.unit + "/s"},
                                 {"limit", measured.limit},
                                 {"limit_rate", figure(limit_rate)},
                                 {"share", figure(rate / limit_rate)},
                                 {"shares", shares},
                                 {"peak_MB", figure(peak_MB)},
                                 {"ranks", comm.size()},
                                 {"processor", processor()}};
  line.update(nlohmann::ordered_json(more));
  if (comm.root()) std::printf("%s\n", line.dump().c_str());
}

inline void assign(cli::OptionSet& options, int argc, char** argv) {
  options.assign(cli::parse_command_line({argv + 1, argv + argc}, options, {}).values);
}

// The body of main: what it throws is told, and is the program's exit code.
inline int guarded(int argc, char** argv,
                   const std::function<void(const mpi::Communicator&, int, char**)>& work) {
  mpi::MpiSession session(argc, argv);
  try {
    work(session.world(), argc, argv);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return exit_input_error;
  }
}

}  // namespace cytoscale::bench
