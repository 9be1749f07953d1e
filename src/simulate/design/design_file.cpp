// A design read from a table.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "core/error.hpp"
#include "core/table/csv.hpp"
#include "core/text/text.hpp"
#include "core/text/whole_number.hpp"
#include "simulate/design/design_list.hpp"

namespace cytoscale::simulate {
namespace {

struct Reader {
  std::string file;
  Table table;

  std::string where(std::size_t row) const { return file + ", line " + std::to_string(row + 2); }
  // The default where the column, or the value, is absent.
  std::string text(std::size_t row, const char* column, const std::string& usual = {}) const {
    const auto index = table.find(column);
    const auto value = index ? table.rows.at(row, *index) : std::string();
    return value.empty() ? usual : value;
  }
  std::string name(std::size_t row, const char* column) const {
    const auto value = text(row, column);
    if (value.empty()) throw Error(std::string(column) + " is empty", where(row), "Every line needs a name");
    return value;
  }
  double number(std::size_t row, const char* column, double usual, double low, double high) const {
    const auto value = text(row, column, number_text(usual));
    const auto read = to_number(value);
    if (!read || !(*read >= low && *read <= high))
      throw Error(std::string(column) + " is '" + value + "'", where(row),
                  "A number from " + number_text(low) + " to " + number_text(high) + " is meant");
    return *read;
  }
};

// "3", "1;4" or "1-8"; all where empty.
std::vector<int> batches_of(const Reader& reader, std::size_t row, int count) {
  const auto text = reader.text(row, "Batches", "1-" + std::to_string(count));
  std::set<int> batches;
  for (const auto& part : split_list(text, ';')) {
    const auto dash = part.find('-');
    constexpr int most = 1'000'000;
    const auto first = to_whole_number(part.substr(0, dash), -most, most),
               last = dash == std::string::npos ? first : to_whole_number(part.substr(dash + 1), -most, most);
    if (!first || !last || *first > *last)
      throw Error("Batches is '" + text + "'", reader.where(row), "Write 3, 1;4 or 1-8");
    if (*first < 1 || *last > count)
      throw Error("Batches is '" + text + "', but there are " + std::to_string(count), reader.where(row),
                  "Mend the line, or raise --batches");
    for (int b = static_cast<int>(*first); b <= static_cast<int>(*last); ++b) batches.insert(b - 1);
  }
  return {batches.begin(), batches.end()};
}

bool has_genes(const Reader& reader) {
  const bool genes = reader.table.find("Metadata_Allele").has_value();
  const std::vector<std::string> needed =
      genes ? std::vector<std::string>{"Metadata_Gene"}
            : std::vector<std::string>{"Metadata_Compound", "Metadata_Concentration", "Metadata_MOA"};
  for (const auto& column : needed) (void)reader.table.column(column, reader.file);
  const std::set<std::string> known = {
      "Metadata_Gene", "Metadata_Allele", "Metadata_Compound", "Metadata_Concentration",
      "Metadata_MOA",  "Strength",        "Batches",           "Wells"};
  for (const auto& column : reader.table.columns)
    if (!known.contains(column))
      throw Error("there is a column '" + column + "', which means nothing here", reader.file,
                  "Known: " + join({known.begin(), known.end()}, ", "));
  return genes;
}

}  // namespace

DesignList read_design(const std::filesystem::path& path, int batches) {
  const Reader reader{path.string(), read_csv(path)};
  DesignList list;
  const bool genes = has_genes(reader);
  list.kind = genes ? DesignKind::genes : DesignKind::compounds;
  std::map<std::string, std::string> mechanism_of;
  std::set<std::pair<std::string, double>> seen;
  for (std::size_t row = 0; row < reader.table.rows.size(); ++row) {
    DesignEntry entry;
    entry.compound = reader.name(row, genes ? "Metadata_Allele" : "Metadata_Compound");
    entry.mechanism = reader.name(row, genes ? "Metadata_Gene" : "Metadata_MOA");
    if (!genes) entry.concentration = reader.number(row, "Metadata_Concentration", -1, 1e-9, 1e9);
    entry.strength = reader.number(row, "Strength", 1, 1e-3, 1);
    entry.wells = static_cast<int>(reader.number(row, "Wells", 1, 1, 384));
    entry.batches = batches_of(reader, row, batches);
    if (!seen.emplace(entry.compound, entry.concentration).second)
      throw Error("'" + entry.compound + "' is listed twice" + (genes ? "" : " at this concentration"),
                  reader.where(row),
                  "Name every treatment once; Batches and Wells say how often it is imaged");
    if (mechanism_of.emplace(entry.compound, entry.mechanism).first->second != entry.mechanism)
      throw Error("'" + entry.compound + "' has two classes, '" + mechanism_of[entry.compound] + "' and '" +
                      entry.mechanism + "'",
                  reader.where(row), "Give it one");
    list.entries.push_back(std::move(entry));
  }
  if (mechanism_of.size() < 2)
    throw Error("lists " + std::to_string(mechanism_of.size()) + " compounds or alleles", path.string(),
                "A screen needs two at least");
  return list;
}

}  // namespace cytoscale::simulate
