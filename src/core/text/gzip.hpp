// gzip (RFC 1952), one member or several one after the other. Collective: no.
#pragma once
#include <string>
#include <string_view>

namespace cytoscale {

bool is_gzip(std::string_view bytes);
// Unpacked. Throws Error naming `where`: cut short or damaged.
std::string gunzip(std::string_view bytes, const std::string& where);

}  // namespace cytoscale
