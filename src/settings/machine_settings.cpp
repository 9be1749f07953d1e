#include "settings/machine_settings.hpp"

namespace cytoscale::settings {

void declare_precision(cli::OptionSet& options, network::Precision& precision) {
  options
      .add("precision", precision,
           "of the network: fp32; bf16; tf32 (GPUs); auto (bf16 where the GPU, or the processor with AMX or "
           "AVX-512 BF16, multiplies it in hardware, else fp32; name it where the nodes of a cluster differ)")
      .value("PRECISION");
}

void declare_threads(cli::OptionSet& options, int& threads) {
  options.add("threads", threads, "threads per rank (0: this rank's share of the processors)").resource();
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
  declare_threads(options, pass.threads);
  options.add("queue-memory", pass.queue_memory_mib, "of what is prepared ahead, per rank")
      .value("MIB")
      .resource();
}

void declare_overwrite(cli::OptionSet& options, bool& overwrite) {
  options.add("overwrite", overwrite, "drop what an interrupted run with other options left unfinished")
      .resource();
}

void declare_failures(cli::OptionSet& options, std::filesystem::path& failures) {
  options
      .add("failures", failures,
           "list of fields left out by all jobs (default: OUTPUT/failures.csv); those of one job are in "
           "failures/ beside it")
      .resource();
}

void declare_device(cli::OptionSet& options, network::Device& device) {
  options.add("device", device, "auto (a GPU where there is one), cpu or cuda").value("DEVICE").resource();
}

void declare_pixels(cli::OptionSet& options, network::PixelPlace& pixels) {
  options
      .add("pixels", pixels,
           "where crops are cut and rescaled: on the device, which then gets whole fields; on the host; auto "
           "(on a GPU)")
      .value("WHERE")
      .resource();
}

}  // namespace cytoscale::settings
