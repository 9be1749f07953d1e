#include "core/text/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/error.hpp"

namespace cytoscale {
namespace {

constexpr int any_window_of_gzip = 16 + MAX_WBITS;
constexpr std::size_t bytes_at_once = std::size_t{1} << 20;
constexpr std::string_view magic = "\x1f\x8b";

}  // namespace

bool is_gzip(std::string_view bytes) {
  return bytes.starts_with(magic);
}

struct Gunzip::State {
  z_stream stream{};
  std::vector<char> block = std::vector<char>(bytes_at_once);
  bool in_member = true, padding = false;
  std::string begin;  // of what follows a member

  // Takes from `packed` until it is used up or the member ends; false: damaged.
  bool inflate_some(std::string_view& packed, std::string& text, int flush) {
    const auto part = std::min<std::size_t>(packed.size(), std::numeric_limits<uInt>::max());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(part);
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    const int state = inflate(&stream, flush);
    text.append(block.data(), block.size() - stream.avail_out);
    packed.remove_prefix(part - stream.avail_in);
    if (state == Z_STREAM_END) in_member = false;
    // Z_BUF_ERROR: nothing more can be told without more input.
    return state == Z_STREAM_END || state == Z_OK || state == Z_BUF_ERROR;
  }
};

Gunzip::Gunzip(std::string where) : state_(std::make_unique<State>()), where_(std::move(where)) {
  if (inflateInit2(&state_->stream, any_window_of_gzip) != Z_OK)
    throw Error("zlib cannot be started", where_);
}

Gunzip::~Gunzip() {
  inflateEnd(&state_->stream);
}

namespace {

[[noreturn]] void refuse(const std::string& where) {
  throw Error("the gzip file is cut short or damaged", where, "Copy it again; `gzip -t FILE` tests it");
}

}  // namespace

void Gunzip::add(std::string_view packed, std::string& text) {
  auto& s = *state_;
  while (!packed.empty() && !s.padding) {
    if (s.in_member) {
      if (!s.inflate_some(packed, text, Z_NO_FLUSH)) refuse(where_);
      continue;
    }
    const auto count = std::min(magic.size() - s.begin.size(), packed.size());
    s.begin += packed.substr(0, count);
    packed.remove_prefix(count);
    if (s.begin.size() < magic.size()) return;
    s.padding = s.begin != magic;
    if (s.padding) return;
    if (inflateReset(&s.stream) != Z_OK) refuse(where_);
    s.in_member = true;
    auto begin = std::string_view(s.begin);
    while (!begin.empty())
      if (!s.inflate_some(begin, text, Z_NO_FLUSH)) refuse(where_);
    s.begin.clear();
  }
}

void Gunzip::finish(std::string& text) {
  // What is left in the window comes without input.
  for (std::size_t before = text.size() + 1; state_->in_member && text.size() != before;) {
    before = text.size();
    std::string_view nothing;
    if (!state_->inflate_some(nothing, text, Z_NO_FLUSH)) break;
  }
  if (state_->in_member) refuse(where_);
}

std::string gunzip(std::string_view bytes, const std::string& where) {
  Gunzip unpacked(where);
  std::string text;
  unpacked.add(bytes, text);
  unpacked.finish(text);
  return text;
}

}  // namespace cytoscale
