#include "discover/config_text.hpp"

#include "core/text/text.hpp"

namespace cytoscale::discover {
namespace {

// A paragraph in lines of at most 100 characters.
void comment(std::string& text, const std::string& words, const std::string& indent = "# ",
             const std::string& first = "# ") {
  std::string line = first;
  bool begun = false;
  for (const auto& word : split_list(words, ' ')) {
    if (begun && line.size() + 1 + word.size() > 100) {
      text += line + "\n";
      line = indent, begun = false;
    }
    line += (begun ? " " : "") + word;
    begun = true;
  }
  text += line + "\n";
}

void items(std::string& text, const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  comment(text, title);
  for (const auto& line : lines) comment(text, line, "#     ", "#   - ");
}

void set(std::string& text, const std::string& key, const std::string& value, bool known = true) {
  text += (known ? "" : "# ") + key + " = " + value + "\n";
}

std::string doubt_about_nuclei(const GuessedRoles& roles) {
  const std::string look =
      " See that it is right: look at an image of it, or at the outlines in the page that run ends with.";
  if (roles.nuclei_by == NucleiBy::look)
    return " A GUESS by what the images look like: no channel is called DNA, DAPI or Hoechst." + look;
  if (roles.nuclei_by == NucleiBy::first)
    return " A GUESS: no channel is called DNA, DAPI or Hoechst, and none looks like it. This is the first." +
           look;
  return {};
}

void screen_lines(std::string& text, const ConfigContent& content) {
  text += "\n";
  set(text, "manifest", "${CONFIG_FOLDER}/screen.csv");
  comment(text, "Where the images are. Moved or on another machine: change this line.");
  set(text, "image-root", content.root.string());
  set(text, "channels", join(content.channels, ","));
  if (!content.z_plane.empty()) set(text, "z-plane", content.z_plane);
  comment(text, "The channel of the nuclei, in which cells are found." + doubt_about_nuclei(content.roles));
  set(text, "dna-channel",
      content.roles.dna_channel.empty() ? content.channels.front() : content.roles.dna_channel);
  if (content.platemap.empty()) {
    comment(text,
            "What the wells were given: a table with a row for each well, or a barcode_platemap.csv; and "
            "tables of compounds.");
    set(text, "platemap", "platemap.csv", false);
    set(text, "compounds", "compounds.csv", false);
  } else {
    set(text, "platemap", content.platemap.string());
    if (!content.compounds.empty()) set(text, "compounds", join(content.compounds, ","));
  }
}

void role_lines(std::string& text, const GuessedRoles& roles) {
  text += "\n";
  const bool compound = !roles.compound.empty();
  if (!compound)
    comment(text,
            "No column tells what a well was given: each well is a treatment of its own until a plate map is "
            "named.");
  set(text, "treatment", compound ? join(roles.treatment, ",") : "Metadata_Plate,Metadata_Well");
  set(text, "compound", compound ? roles.compound : "Metadata_Well");
  if (roles.class_column.empty())
    comment(text,
            "No column is known to be the mechanism of action or gene family, by which profiles are judged. "
            "Name it:");
  set(text, "class", roles.class_column.empty() ? "Metadata_MOA" : roles.class_column,
      !roles.class_column.empty());
  if (roles.batch.empty()) comment(text, "No column is known to be the batch: each plate is taken for one.");
  set(text, "batch", roles.batch.empty() ? "Metadata_Plate" : roles.batch);
  if (roles.control.empty())
    comment(text,
            "No wells are known to be negative controls. Name them here, and take out the line after it:");
  set(text, "control", roles.control.empty() ? "Metadata_Compound=DMSO" : roles.control,
      !roles.control.empty());
  if (!roles.plates_without_control.empty())
    comment(text, "Plates with fewer than two negative control wells, for which normalization is off: " +
                      join_some(roles.plates_without_control, 5));
  if (roles.control.empty() || !roles.plates_without_control.empty()) {
    set(text, "reduce-normalize", "none");
  } else {
    comment(text, "Profiles of the wells of each plate against its own controls.");
    set(text, "reduce-normalize", "standardize");
    set(text, "within", "plate");
  }
}

void model_lines(std::string& text, const GuessedRoles& roles) {
  text += "\n";
  if (roles.treatments < 2) {
    comment(text,
            "Without at least two treatments there is nothing to learn from: features of a network with "
            "random weights. "
            "Name treatments above and take this line out, or name a model.");
    set(text, "model", "untrained");
  } else {
    comment(text, "A first run of some minutes; more steps learn more (cytoscale help train).");
    set(text, "steps", "1000");
  }
  if (roles.treatments > 1 && roles.single_wells > 0) {
    comment(text,
            count_text(roles.single_wells) + " of " + count_text(roles.treatments) +
                " treatments have one well: the network learns from it, and none is held out to validate "
                "by (or drop).");
    set(text, "single-wells", "train");
  }
  comment(text, "The square around a cell that the network sees, in pixels: about twice a cell's diameter.");
  set(text, "crop-size", "96", false);
  set(text, "seed", "1");
}

}  // namespace

bool fits_config(const std::string& path) {
  return path.find_first_of("#,\"\n") == std::string::npos && path.find("${") == std::string::npos &&
         trim(path) == path;
}

std::string config_text(const ConfigContent& content) {
  std::string text;
  comment(text, "Written by cytoscale init from the images in " + content.root.string());
  comment(text,
          "Next: cytoscale check --config THIS_FILE, then cytoscale run --config THIS_FILE --output RESULTS");
  items(text, "Assumed:", content.assumed);
  items(text, "Left out:", content.left_out);
  screen_lines(text, content);
  role_lines(text, content.roles);
  model_lines(text, content.roles);
  return text;
}

}  // namespace cytoscale::discover
