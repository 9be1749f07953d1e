#include "jobs/shared/encode_job.hpp"

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "image/size_text.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "network/model_file.hpp"
#include "prepare/field_table.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

constexpr const char* untrained = "untrained";

// Of all fields that can be read.
image::PictureSize size_of_fields(const store::CellTable& fields) {
  image::PictureSize size;
  for (std::size_t f = 0; f < fields.fields(); ++f) {
    const image::PictureSize own(fields.height[f], fields.width[f]);
    if (fields.failed[f] || own == size) continue;
    if (size != image::PictureSize())
      throw Error(
          "fields of " + image::size_text(size) + " and of " + image::size_text(own) + " in one screen",
          "manifest", "Do one size at a time: choose plates with --plates");
    size = own;
  }
  if (size == image::PictureSize())
    throw Error("no field can be read", "manifest", "See what `cytoscale check` says");
  return size;
}

}  // namespace

bool EncodeJob::is_untrained() const {
  return model_ == untrained;
}

std::filesystem::path EncodeJob::weights() const {
  return is_untrained() ? std::filesystem::path() : network::model_file_of(model_);
}

std::filesystem::path EncodeJob::illumination() const {
  return existing_or_empty(files_.illumination, output_ / "illumination.h5");
}

void EncodeJob::declare_files(cli::OptionSet& options, const std::string& what) {
  const auto key = file_.substr(0, file_.find('.'));
  options.add("cells", cells_, "cell table (default: OUTPUT/cells.h5)").reads([this] {
    return over_fields() ? cli::Paths{} : cli::Paths{cells_};
  });
  declare_illumination(options, files_.illumination, output_);
  options.add(key, files_.output, what + " to write (default: OUTPUT/" + file_ + ")").output();
  options.add("failures", files_.failures, "list of fields left out (default: OUTPUT/failures.csv)")
      .resource();
  declare_manifest(options, manifest_);
}

cli::Option& EncodeJob::declare_model(cli::OptionSet& options, const std::string& help) {
  return options.add("model", model_, help).value("PATH").reads([this] {
    if (is_untrained()) return cli::Paths{};
    // One that is yet to be trained here is absent; any other must be there.
    if (model_ == output_ / "model") return cli::Paths{model_ / "model.safetensors"};
    return cli::Paths{weights()};
  });
}

void EncodeJob::declare_computing(cli::OptionSet& options) {
  declare_precision(options, encoder_.precision);
  options.add("float16", embed_.float16, "store features as 16-bit floats: half the size, 3 digits");
  options.add("embed-batch", embed_.batch, "cells that the network gets at a time, at most");
}

void EncodeJob::declare_machine(cli::OptionSet& options) {
  declare_pass(options, embed_.pass);
  options.add("device", encoder_.device, "auto (a GPU where there is one), cpu or cuda")
      .value("DEVICE")
      .resource();
  declare_overwrite(options, embed_.overwrite);
}

void EncodeJob::resolve() {
  if (cells_.empty()) cells_ = output_ / "cells.h5";
  if (model_.empty()) model_ = output_ / "model";
  if (files_.output.empty()) files_.output = output_ / file_;
  if (files_.failures.empty()) files_.failures = output_ / "failures.csv";
  encoder_.crop_size = crop_px_;
  embed_.validate();
  manifest_.validate();
}

std::map<std::string, std::filesystem::path> EncodeJob::sources() const {
  return {{"cells", over_fields() ? std::filesystem::path() : cells_},
          {"illumination", illumination()},
          {"model", weights()}};
}

void EncodeJob::execute(const mpi::RunContext& context) {
  screen::Screen screen;
  store::CellTable cells;
  nlohmann::json provenance;
  std::unique_ptr<embed::Encoder> encoder;
  auto options = embed_;
  auto files = files_;
  options.name = name();
  options.unit = over_fields() ? "fields" : "cells";
  options.pass.threads = mpi::threads_per_rank(context.comm, embed_.pass.threads);
  mpi::together(context.comm, [&] {
    screen = screen::read_manifest(manifest_);
    if (over_fields()) return;
    cells = store::read_cell_table(cells_);
    store::check_cells_match(cells, screen, cells_);
  });
  if (over_fields()) cells = prepare::field_table(context.comm, screen);
  mpi::together(context.comm, [&] {
    files.illumination = illumination();
    encoder = make_encoder(context, screen, cells, options.pass.threads);
    provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint(), sources());
    provenance["metadata"] = screen.metadata_fingerprint();
    provenance["encoder"] = encoder->description();
    ready(screen, cells, *encoder, options);
  });
  const auto size = encoder->crop_size();
  context.log.info(count_text(static_cast<std::uint64_t>(cells.cells())) + " " + options.unit + ", " +
                   count_text(encoder->feature_names().size()) + " features, windows of " +
                   image::size_text(size) + ", rescaling " +
                   std::string(image::name_of(encoder->rescaling().how)) + "; " + encoder->description());
  const double start_s = context.clock.now_s();
  const auto result = embed::embed_screen(context, screen, cells, *encoder, options, files, provenance);
  report(context, result, context.clock.now_s() - start_s);
}

std::unique_ptr<embed::Encoder> EncodeJob::make_encoder(const mpi::RunContext& context,
                                                        const screen::Screen& screen,
                                                        const store::CellTable& cells, int threads) const {
  embed::EncoderOptions options = encoder_;
  options.model = weights();
  options.channels = static_cast<int>(screen.channels.size());
  options.threads = threads;
  options.local_rank = context.comm.node_rank();
  options.whole_fields = over_fields();
  if (over_fields()) options.crop_size = size_of_fields(cells);
  return embed::make_torch_encoder(options);
}

}  // namespace cytoscale::jobs
