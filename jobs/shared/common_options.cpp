#include "jobs/shared/common_options.hpp"

namespace cytoscale::jobs {

void declare_output(cli::OptionSet& options, std::filesystem::path& output) {
  options.group("Files");
  options.add("output", output, "folder of the experiment's results; other files default to places in it")
      .value("DIR")
      .resource();
}

std::filesystem::path existing_or_empty(const std::filesystem::path& named,
                                        const std::filesystem::path& usual) {
  if (!named.empty()) return named;
  return std::filesystem::exists(usual) ? usual : std::filesystem::path();
}

void declare_manifest(cli::OptionSet& options, screen::ManifestOptions& manifest) {
  options.group("Screen");
  options.add("manifest", manifest.manifest, "CSV that lists the screen's fields and image files")
      .of_screen();
  options
      .add_choice(
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
          })
      .of_screen();
  options
      .add("image-root", manifest.image_root,
           "folder from which relative image paths start (default: the manifest's)")
      .value("DIR")
      .of_screen();
  options
      .add("channels", manifest.channels,
           "channels to use, in this order (default: all); names the pages where a field is one multi-page "
           "file")
      .of_screen();
  options.add("moa-file", manifest.moa, "bbbc021: CSV with compound, concentration, moa").of_screen();
  options.add("platemap", manifest.platemap, "loaddata: CSV (or .txt/.tsv) joined on plate and well")
      .of_screen();
  options.add("plates", manifest.plates, "use these plates only").of_screen();
  options
      .add("select", manifest.select,
           "use fields with COLUMN=VALUE or COLUMN!=VALUE only (comma: all must hold)")
      .value("COL=VAL")
      .of_screen();
}

void declare_roles(cli::OptionSet& options, screen::ColumnRoles& roles) {
  options.group("Columns");
  options.add("treatment", roles.treatment,
              "metadata columns that together name the treatment (the weak label)");
  options
      .add("compound", roles.compound,
           "column of the compound or gene: NSC excludes candidates that share it")
      .value("COLUMN");
  options.add("class", roles.class_column, "column of the mechanism of action or gene family to recover")
      .value("COLUMN");
  options.add("plate", roles.plate, "column of the plate").value("COLUMN");
  options.add("batch", roles.batch, "column of the batch").value("COLUMN");
  options
      .add("batch-from-plate", roles.batch_from_plate,
           "take the batch from the plate's name: what this regular expression matches first, e.g. '^[^_]+'")
      .value("REGEX");
  options.add("control", roles.control, "the negative controls").value("COL=VAL");
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

void declare_pass(cli::OptionSet& options, prepare::FieldPassOptions& pass) {
  options.group("Failures");
  options
      .add("max-failed-fields", pass.max_failed_fields,
           "stop when more fields than this cannot be read; a count or a percentage (then at least 1)")
      .value("N|P%")
      .resource();
  options
      .add("field-timeout", pass.field_timeout_s,
           "a field whose reading takes longer counts as one that cannot be read (0: no limit)")
      .value("SECONDS")
      .resource();
  options.group("Machine");
  options.add("threads", pass.threads, "threads per rank (0: this rank's share of the processors)")
      .resource();
  options.add("queue-memory", pass.queue_memory_mib, "of what is prepared ahead, per rank")
      .value("MIB")
      .resource();
}

void declare_overwrite(cli::OptionSet& options, bool& overwrite) {
  options.add("overwrite", overwrite, "drop what an interrupted run with other options left unfinished")
      .resource();
}

void declare_illumination(cli::OptionSet& options, std::filesystem::path& named,
                          const std::filesystem::path& output) {
  options.add("illumination", named, "illumination functions (default: OUTPUT/illumination.h5 if present)")
      .reads([&named, &output]() -> cli::Paths {
        const auto path = existing_or_empty(named, output / "illumination.h5");
        return path.empty() ? cli::Paths{} : cli::Paths{path};
      });
}

}  // namespace cytoscale::jobs
