// Functions whose code stands in a shared library that is loaded when the first of them is called. Most jobs
// need no LibTorch, and to load it takes longer than many of them run.
//
// The library's code finds what the program has (it exports its symbols) and, when it is loaded, puts itself
// in place:
//   inline ModuleFunction<int(int)> twice{a_module};                              // in a header
//   const bool defined = twice.define([](int x) { return 2 * x; });               // in the library
// A program that is linked with that code, as tests are, has it in place from the start and loads nothing.
#pragma once
#include <atomic>
#include <utility>

namespace cytoscale {

class Module {
 public:
  // file: its name, beside the program or in ../lib/cytoscale beside it. Both texts must outlive the module.
  constexpr Module(const char* file, const char* remedy) noexcept : file_(file), remedy_(remedy) {}
  // Throws Error: it cannot be loaded. From any thread; it stays until the process ends.
  void load() const;
  bool can_be_loaded() const;
  // Throws Error: the library that was loaded does not define the function.
  [[noreturn]] void lacks_function() const;

 private:
  const char* file_;
  const char* remedy_;
};

template <class Signature>
class ModuleFunction;

template <class Result, class... Arguments>
class ModuleFunction<Result(Arguments...)> {
 public:
  using Code = Result (*)(Arguments...);
  constexpr explicit ModuleFunction(const Module& module) noexcept : module_(module) {}
  // Throws Error: its library cannot be loaded; and what the function throws.
  Result operator()(Arguments... arguments) const {
    if (!code_.load(std::memory_order_acquire)) module_.load();
    const auto code = code_.load(std::memory_order_acquire);
    if (!code) module_.lacks_function();
    return code(std::forward<Arguments>(arguments)...);
  }
  // Whether it can be called: its library is there and holds it.
  bool is_there() const { return code_.load() || (module_.can_be_loaded() && code_.load()); }
  // True, for an object whose initialization puts the code in place.
  bool define(Code code) noexcept {
    code_.store(code, std::memory_order_release);
    return true;
  }

 private:
  const Module& module_;
  std::atomic<Code> code_ = nullptr;
};

}  // namespace cytoscale
