#include "jobs/common_options.hpp"

namespace cytoscale::jobs {

void declare_output(cli::OptionSet& options, std::filesystem::path& output) {
  options.group("Files");
  options.add("output", output, "folder of the experiment's results; other files default to places in it",
              "DIR");
}

std::filesystem::path existing_or_empty(const std::filesystem::path& named,
                                        const std::filesystem::path& usual) {
  if (!named.empty()) return named;
  return std::filesystem::exists(usual) ? usual : std::filesystem::path();
}

void declare_manifest(cli::OptionSet& options, screen::ManifestOptions& manifest) {
  options.group("Screen");
  options.add("manifest", manifest.manifest, "CSV that lists the screen's fields and image files");
  options.add_choice(
      "manifest-format", {"auto", "native", "bbbc021", "loaddata", "deepprofiler"},
      "its form; auto tells it from the header",
      [&manifest](const std::string& text) { manifest.format = screen::parse_manifest_format(text); },
      [&manifest] {
        switch (manifest.format) {
          case screen::ManifestFormat::native:
            return std::string("native");
          case screen::ManifestFormat::bbbc021:
            return std::string("bbbc021");
          case screen::ManifestFormat::loaddata:
            return std::string("loaddata");
          case screen::ManifestFormat::deepprofiler:
            return std::string("deepprofiler");
          default:
            return std::string("auto");
        }
      });
  options.add("image-root", manifest.image_root,
              "folder from which relative image paths start (default: the manifest's)", "DIR");
  options.add(
      "channels", manifest.channels,
      "channels to use, in this order (default: all); names the pages where a field is one multi-page file");
  options.add("moa-file", manifest.moa, "bbbc021: CSV with compound, concentration, moa");
  options.add("platemap", manifest.platemap, "loaddata: CSV (or .txt/.tsv) joined on plate and well");
  options.add("plates", manifest.plates, "use these plates only");
  options.add("select", manifest.select,
              "use fields with COLUMN=VALUE or COLUMN!=VALUE only (comma: all must hold)", "COL=VAL");
}

void declare_roles(cli::OptionSet& options, screen::ColumnRoles& roles) {
  options.group("Columns");
  options.add("treatment", roles.treatment,
              "metadata columns that together name the treatment (the weak label)");
  options.add("compound", roles.compound,
              "column of the compound or gene: NSC excludes candidates that share it", "COLUMN");
  options.add("class", roles.class_column, "column of the mechanism of action or gene family to recover",
              "COLUMN");
  options.add("plate", roles.plate, "column of the plate", "COLUMN");
  options.add("batch", roles.batch, "column of the batch", "COLUMN");
  options.add(
      "batch-from-plate", roles.batch_from_plate,
      "take the batch from the plate's name: what this regular expression matches first, e.g. '^[^_]+'",
      "REGEX");
  options.add("control", roles.control, "the negative controls", "COL=VAL");
}

void declare_precision(cli::OptionSet& options, std::string& precision) {
  options.add_choice(
      "precision", {"fp32", "bf16", "auto"},
      "of the network; auto: bf16 where the processor multiplies it in hardware (AMX, AVX-512 BF16), else "
      "fp32. Name it where the nodes of a cluster differ",
      [&precision](const std::string& text) {
        // Decided here, so that the resolved option says what was computed.
        const bool fast =
            __builtin_cpu_supports("amx-bf16") != 0 || __builtin_cpu_supports("avx512bf16") != 0;
        precision = text != "auto" ? text : fast ? "bf16" : "fp32";
      },
      [&precision] { return precision; });
}

void declare_failures(cli::OptionSet& options, std::string& max_failed_fields) {
  options.group("Failures");
  options.add("max-failed-fields", max_failed_fields,
              "stop when more fields than this cannot be read; a count or a percentage (then at least 1)",
              "N|P%");
}

}  // namespace cytoscale::jobs
