// The job `export`: what a run has made, in the forms that other programs read. On one rank. Collective: no.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/enum_names.hpp"
#include "core/log.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::exports {

enum class Form { csv, parquet, deepprofiler, gallery };
enum class Result { cells, wells, profiles, treatments };
enum class TableForm { parquet, csv };

struct ExportFiles {
  std::filesystem::path embeddings, wells, profiles, treatments;  // .h5ad; those that are wanted
  std::filesystem::path folder;                                   // to write into
  const std::filesystem::path& of(Result result) const;
};

struct ExportOptions {
  std::vector<Form> forms = {Form::csv};
  std::vector<Result> results;  // each once
  std::string feature_prefix = "Cells_";
  bool compress = true;                           // .npz
  std::string model;                              // of deepprofiler and gallery; empty: model_name()
  TableForm gallery_tables = TableForm::parquet;  // of gallery
  screen::ColumnRoles roles;                      // of gallery: plate and batch
  bool has(Form form) const;
  bool has(Result result) const;
  bool needs_parquet() const;
  // Throws Error: nothing to write, no Arrow C++ for Parquet.
  void validate() const;
};

// Writes into files.folder: csv and parquet a table for each result, RESULT.csv.gz and RESULT.parquet;
// deepprofiler and gallery a folder each (site_files.hpp, gallery.hpp). Every file is atomic. Logs what was
// written; returns lines of Python that read it. Throws Error.
std::string export_results(const ExportFiles& files, const ExportOptions& options, int threads, Log& log);

// RESULT.csv.gz and RESULT.parquet, as far as they are wanted.
std::vector<std::filesystem::path> tables_of(const ExportFiles& files, const ExportOptions& options);

}  // namespace cytoscale::exports

template <>
struct cytoscale::EnumNames<cytoscale::exports::Form> {
  static constexpr const char* what = "form of export";
  static constexpr EnumName<exports::Form> all[] = {{exports::Form::csv, "csv"},
                                                    {exports::Form::parquet, "parquet"},
                                                    {exports::Form::deepprofiler, "deepprofiler"},
                                                    {exports::Form::gallery, "gallery"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::exports::Result> {
  static constexpr const char* what = "result to export";
  static constexpr EnumName<exports::Result> all[] = {{exports::Result::cells, "cells"},
                                                      {exports::Result::wells, "wells"},
                                                      {exports::Result::profiles, "profiles"},
                                                      {exports::Result::treatments, "treatments"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::exports::TableForm> {
  static constexpr const char* what = "form of a table";
  static constexpr EnumName<exports::TableForm> all[] = {{exports::TableForm::parquet, "parquet"},
                                                         {exports::TableForm::csv, "csv"}};
};
