#include "core/system/lock_wait.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "core/error.hpp"
#include "core/system/lock_file.hpp"
#include "core/system/stop_request.hpp"
#include "core/text/text.hpp"

namespace cytoscale {
namespace fs = std::filesystem;
namespace {

enum class Verdict { dead, alive, not_clear };

class Newcomer {
 public:
  Newcomer(const fs::path& lock, const LockRecord& mine, const LockOptions& options)
      : lock_(lock), mine_(mine), options_(options), candidate_(write_candidate(lock, mine)) {}
  ~Newcomer() {
    if (!asked_.empty()) ::unlink(lock_request(lock_).c_str());
  }
  Newcomer(const Newcomer&) = delete;
  Newcomer& operator=(const Newcomer&) = delete;

  void take() {
    // Touched each time: what is placed after a long wait must not look like an old heartbeat.
    while (touch(candidate_.path()), !place_lock(candidate_, lock_, mine_)) {
      const auto holder = present_holder(lock_);  // nothing: released a moment ago
      const Verdict verdict = holder ? judge(*holder) : Verdict::dead;
      if (holder && verdict == Verdict::dead && succeed_lock(candidate_, holder->record, mine_)) {
        return say("the run that held " + lock_.string() + " is dead (" + holder->record.description() +
                   "): its lock is taken over");
      }
      if (verdict == Verdict::alive) refuse(holder->record);
      pause(verdict == Verdict::dead ? 0.01 : std::min(1.0, options_.beat_s / 4));
    }
  }

 private:
  Verdict judge(const LockSighting& holder) {
    watch(holder);
    const bool here = holder.record.process.here();
    if (here ? !holder.record.process.alive() : silent_for(holder) >= options_.expiry_s) return Verdict::dead;
    if (mine_.restart_of(holder.record)) {
      ask(holder.record);
      return seconds_since_boot() - watched_from_ < 1.5 * options_.expiry_s ? Verdict::not_clear
                                                                            : Verdict::alive;
    }
    if (here || beats_) return Verdict::alive;
    say_once("waiting for a sign of life of the run that holds " + lock_.string() + ": " +
             holder.record.description() + " (" + duration_text(options_.expiry_s) + " at most)");
    return Verdict::not_clear;
  }

  void watch(const LockSighting& holder) {
    const double now = seconds_since_boot();
    if (watched_ != holder.record.id) {
      watched_ = holder.record.id;
      watched_from_ = changed_ = now;
      beats_ = false;
    } else if (beat_ns_ != holder.beat_ns) {
      beats_ = true;
      changed_ = now;
    }
    beat_ns_ = holder.beat_ns;
  }

  // Since the last beat, by the file system's clock (the candidate was touched just now) or, where that is
  // askew, by our own while we watched.
  double silent_for(const LockSighting& holder) {
    const auto now = read_lock(candidate_.path());
    const double age = now ? 1e-9 * static_cast<double>(now->beat_ns - holder.beat_ns) : 0;
    return std::max(age, seconds_since_boot() - changed_);
  }

  void ask(const LockRecord& older) {
    if (asked_ == older.id) return;
    const fs::path request = lock_request(lock_);
    write_candidate(request, mine_).commit();
    asked_ = older.id;
    say_once("this job was requeued; its older run still holds " + lock_.string() + " (" +
             older.description() + ") and is asked to leave");
  }

  [[noreturn]] void refuse(const LockRecord& holder) {
    throw Error("another run is writing into this folder: " + holder.description(), lock_.string(),
                "Wait until it has ended, or remove this file if that run is dead");
  }

  void say_once(const std::string& line) {
    if (said_ != watched_) say(line);
    said_ = watched_;
  }

  void say(const std::string& line) const {
    if (options_.say) options_.say(line);
  }

  static void pause(double seconds) {
    const double end = seconds_since_boot() + seconds;
    do {
      heed_stop_request();
      std::this_thread::sleep_for(std::chrono::duration<double>(std::min(0.1, seconds)));
    } while (seconds_since_boot() < end);
  }

  const fs::path lock_;
  const LockRecord& mine_;
  const LockOptions& options_;
  AtomicFile candidate_;
  std::string watched_, asked_, said_;  // ids of holders
  std::int64_t beat_ns_ = 0;
  double watched_from_ = 0, changed_ = 0;
  bool beats_ = false;
};

}  // namespace

fs::path lock_request(const fs::path& lock) {
  return lock.string() + ".request";
}

void take_lock(const fs::path& lock, const LockRecord& mine, const LockOptions& options) {
  Newcomer(lock, mine, options).take();
  ::unlink(lock_request(lock).c_str());
  remove_leftovers(lock_request(lock));
  remove_lock_leftovers(lock, mine);
}

}  // namespace cytoscale
