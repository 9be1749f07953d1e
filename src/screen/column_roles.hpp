// The roles that metadata columns play, and the control wells. Shared by train, reduce and evaluate.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/table/csv.hpp"

namespace cytoscale::screen {

struct ColumnRoles {
  std::vector<std::string> treatment = {"Metadata_Compound",
                                        "Metadata_Concentration"};  // together the treatment
  std::string compound = "Metadata_Compound";  // NSC excludes candidates of the query's compound (or gene)
  std::string class_column = "Metadata_MOA";   // the class that evaluation recovers
  std::string plate = "Metadata_Plate";
  std::string batch = "Metadata_Batch";  // ignored where batch_from_plate is given
  std::string batch_from_plate;  // regular expression; its first match in the plate's name is the batch
  std::string control = "Metadata_Control=negcon";  // the negative controls, as parse_choices() reads them
  void validate() const;
};

// One label per row of a metadata table: values joined with "_" (as "taxol_0.3"), numbers in one spelling
// ("0.10" is "0.1") but for the compound's column, whose values are names. "" where nothing is known of the
// compound, or of any of the columns: blank, NA and the like (core/text/spelling.hpp).
TextColumn treatment_labels(const Table& metadata, const ColumnRoles& roles, const std::string& where);
TextColumn batch_labels(const Table& metadata, const ColumnRoles& roles, const std::string& where);
// 1 where the row is a negative control. Throws Error when the column is missing or no row is a control and
// `required`.
std::vector<char> control_mask(const Table& metadata, const ColumnRoles& roles, const std::string& where,
                               bool required = true);
// "COLUMN=VALUE" or "COLUMN!=VALUE" taken apart; throws Error.
struct Selector {
  std::string column, value;
  bool equal = true;  // =, not !=
  // Values are one where they are equal as text, as numbers, or, of Metadata_Well, as wells.
  bool holds(std::string_view of_column) const;
};
Selector parse_selector(const std::string& text, const std::string& option);
// Several kinds of wells: "COLUMN=VALUE,VALUE,COLUMN=VALUE"; a value alone is of the column before. Throws
// Error.
std::vector<Selector> parse_choices(const std::string& text, const std::string& option);
// 1 where any of the choices with = holds, or all of those with != do. Throws Error: no such column.
std::vector<char> rows_with(const Table& metadata, const std::vector<Selector>& choices,
                            const std::string& where);
// 1 where all of "COLUMN=VALUE[,…]" (or !=) hold; everywhere when empty. Throws Error: not of that form, no
// such column.
std::vector<char> rows_where(const Table& metadata, const std::string& selectors, const std::string& option);

// What a treatment label names: itself, or where a picture may have several labels ("a|b" is a and b), each
// of them once, in bytewise order; nothing where it is blank (no compound).
std::vector<std::string> labels_in(const std::string& treatment, bool several);

// The metadata of a screen, one row per field, as a table.
struct Screen;
Table metadata_table(const Screen& screen);

}  // namespace cytoscale::screen
