// Unpacks gzip, also of several members after one another (as bgzip and `cat` make it). Collective: no.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace cytoscale {

bool is_gzip(std::string_view bytes);  // by its first bytes

// Part by part. `where` names the file in errors.
class Gunzip {
 public:
  explicit Gunzip(std::string where);
  ~Gunzip();
  // Appends what can be told of the text so far. What pads the end is no text. Throws Error: it is damaged.
  void add(std::string_view packed, std::string& text);
  // Throws Error: it is cut short.
  void finish(std::string& text);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string where_;
};

// The whole text. Throws Error naming `where`: cut short or damaged.
std::string gunzip(std::string_view bytes, const std::string& where);

}  // namespace cytoscale
