#include "screen/input/image_paths.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

#include "core/error.hpp"
#include "core/text/letter_case.hpp"
#include "core/text/text.hpp"

namespace cytoscale::screen {
namespace {

bool is_drive(std::string_view text) {
  return text.size() >= 2 && std::isalpha(static_cast<unsigned char>(text[0])) && text[1] == ':' &&
         (text.size() == 2 || text[2] == '/');
}

// %20 and the like, as in URLs.
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto hex = [&](std::size_t at) {
      return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
    };
    if (text[i] == '%' && hex(i + 1) && hex(i + 2)) {
      result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

// What a file: URL names: "file:///D:/x" is "D:/x", "file:///x" and CellProfiler's "file:/x" are "/x",
// "file://server/x" is a share.
std::string of_file_url(std::string_view url) {
  auto rest = unescaped(url.substr(5));
  if (rest.starts_with("///")) rest.erase(0, 2);
  if (rest.starts_with("//localhost/")) rest.erase(0, 11);
  if (rest.starts_with('/') && is_drive(std::string_view(rest).substr(1))) rest.erase(0, 1);
  return rest;
}

bool same_letters(std::string_view a, std::string_view b) {
  return lower_case(a) == lower_case(b);
}

// As slashes; a trailing one stays.
std::string with_slashes(std::string text) {
  std::replace(text.begin(), text.end(), '\\', '/');
  return text.starts_with("file:") ? of_file_url(text) : text;
}

// Windows does not tell D: from d:, nor its names' capitals.
bool begins_with(const std::string& text, const std::string& from) {
  if (text.size() < from.size()) return false;
  const auto begin = std::string_view(text).substr(0, from.size());
  const bool same = foreign_root(from).empty() ? begin == from : same_letters(begin, from);
  return same && (text.size() == from.size() || text[from.size()] == '/');
}

std::string common_folder(const std::string& a, const std::string& b) {
  const auto [end, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (end == a.end() && (other == b.end() || *other == '/')) return a;
  if (other == b.end() && *end == '/') return b;
  const auto slash = std::string(a.begin(), end).rfind('/');
  return slash == std::string::npos ? std::string() : a.substr(0, slash);
}

std::string without_end_slash(std::string text) {
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

struct Foreign {
  std::size_t paths = 0;
  std::string folder;  // that all share
};

}  // namespace

std::vector<PathMap> parse_path_map(const std::vector<std::string>& items) {
  std::vector<PathMap> maps;
  for (const auto& item : items) {
    const auto sign = item.find('=');
    if (sign == std::string::npos || sign == 0 || sign + 1 == item.size())
      throw Error("'" + item + "' is not of the form FROM=TO", "--path-map", "E.g. D:/screens=/data/screens");
    maps.push_back(
        {without_end_slash(with_slashes(item.substr(0, sign))), without_end_slash(item.substr(sign + 1))});
  }
  return maps;
}

std::string local_path(const std::string& text, const std::vector<PathMap>& maps) {
  auto path = with_slashes(text);
  for (const auto& map : maps)
    if (begins_with(path, map.from)) return map.to + path.substr(map.from.size());
  return path;
}

std::string foreign_root(const std::string& local) {
  if (is_drive(local)) return local.substr(0, 2);
  const auto scheme = local.find("://");
  const auto names = scheme == std::string::npos ? std::size_t{0} : scheme + 3;
  if (names > 0 && std::all_of(local.begin(), local.begin() + static_cast<std::ptrdiff_t>(scheme),
                               [](unsigned char c) { return std::isalnum(c) != 0; }))
    return local.substr(0, std::min(local.find('/', names), local.size()));
  return {};
}

namespace {

// The foreign root of what a table has; empty: it is of this machine.
std::string root_of(std::string_view cell, const std::vector<PathMap>& maps) {
  const auto path = local_path(std::string(cell), maps);
  // A share looks like a path of this machine once its backslashes are turned.
  const bool share = path.starts_with("//") && (cell.starts_with("\\\\") || cell.starts_with("file:"));
  return share ? path.substr(0, path.find('/', path.find('/', 2) + 1)) : foreign_root(path);
}

}  // namespace

void localize_paths(Table& table, const std::vector<std::string>& path_map,
                    std::vector<std::string>& problems) {
  const auto maps = parse_path_map(path_map);
  std::map<std::string, Foreign> foreign;
  std::vector<char> keep(table.rows.size(), 1);
  for (std::size_t c = 0; c < table.columns.size() && !keep.empty(); ++c) {
    const auto& column = table.columns[c];
    if (!column.starts_with("FileName") && !column.starts_with("PathName")) continue;
    const auto is_local = [&](std::string_view cell) {
      return maps.empty() && cell.find_first_of("\\:") == std::string_view::npos;
    };
    const auto foreign_here = table.rows.column(c).where(
        [&](std::string_view cell) { return !is_local(cell) && !root_of(cell, maps).empty(); });
    std::size_t row = 0;
    table.rows.column(c).each([&](std::string_view cell) {
      if (!foreign_here[row++]) return;
      keep[row - 1] = 0;
      const auto path = local_path(std::string(cell), maps);
      auto& group = foreign[root_of(cell, maps)];
      const auto folder =
          without_end_slash(column.starts_with("FileName") ? path.substr(0, path.rfind('/')) : path);
      group.folder = group.paths++ ? common_folder(group.folder, folder) : folder;
    });
    table.rows.set_column(c, table.rows.column(c).changed([&](std::string_view cell) {
      return is_local(cell) ? std::string(cell) : local_path(std::string(cell), maps);
    }));
  }
  for (const auto& [root, group] : foreign)
    problems.push_back(count_text(group.paths) + " paths are of another machine: they begin with '" +
                       (group.folder.empty() ? root : group.folder) +
                       "'. Say where that is here: --path-map '" +
                       (group.folder.empty() ? root : group.folder) + "=FOLDER'");
  table.rows.keep(keep);
}

}  // namespace cytoscale::screen
