// A screen as few pieces of memory, to store it (store/screen_file.hpp) and to let the ranks of a node share
// it. Collective: no.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "screen/screen.hpp"

namespace cytoscale::screen {

// What a piece is made of.
enum class PartType { bytes, u32, u64 };
struct ScreenPart {
  std::string name;  // as "metadata/Metadata_Well/codes"
  PartType type = PartType::bytes;
  std::span<const std::byte> bytes;
};
std::size_t bytes_of(PartType type);

struct PackedScreen {
  std::string head;  // JSON: all but the columns, and how long the parts are
  std::vector<ScreenPart> parts;
  std::vector<TextColumn> kept;  // that parts view beside the screen's own
};

// Its parts view the screen's memory. The head knows the fingerprints of its parts.
PackedScreen pack_screen(const Screen& screen);
// Which parts a head tells of: without their bytes, of this many values each.
struct PartSize {
  ScreenPart part;
  std::size_t count = 0;
};
std::vector<PartSize> parts_of(const std::string& head, const std::string& where);
// The screen anew, in place. `bytes`: of each part, as parts_of() lists them; `keeper` holds them. Throws
// Error naming `where`: the parts contradict each other.
Screen unpack_screen(const std::string& head, const std::vector<std::span<const std::byte>>& bytes,
                     const std::shared_ptr<const void>& keeper, const std::string& where);

}  // namespace cytoscale::screen
