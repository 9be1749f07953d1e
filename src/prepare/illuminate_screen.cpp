#include "prepare/illuminate_screen.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_reader.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/journal.hpp"

namespace cytoscale::prepare {
namespace {

image::IlluminationSum empty_sum(const screen::Screen& screen, const image::PictureSize& size) {
  image::IlluminationSum sum;
  sum.channels = static_cast<int>(screen.channels.size());
  sum.height = size.height;
  sum.width = size.width;
  sum.sums.assign(screen.channels.size() * size.pixels(), 0);
  return sum;
}

image::Illumination flat(const image::IlluminationSum& sum) {
  return {sum.channels, sum.height, sum.width, std::vector<float>(sum.sums.size(), 1.0f)};
}

// A plate at a time: its fields are summed by all ranks. Integer sums: any order gives the same bits.
class Illuminator {
 public:
  Illuminator(const mpi::RunContext& context, const screen::Screen& screen,
              const IlluminateScreenOptions& options, const std::vector<image::PictureSize>& sizes)
      : context_(context),
        screen_(screen),
        options_(options),
        plates_(screen::plates_of(screen)),
        sizes_(sizes),
        reader_(screen, sizes),
        pass_(context, screen, options.pass) {}

  void run(store::Journal& journal) {
    Progress progress("illuminate", "plates", plates_.size(), context_.clock, context_.comm.root());
    for (std::size_t p = 0; p < plates_.size(); ++p) {
      progress.update(p);
      if (journal.has(p)) continue;
      auto sum = sum_plate(p);
      mpi::on_root(context_.comm, [&] {
        if (sum.fields == 0)
          context_.log.warning("plate " + plates_[p].plate + ": no field can be read; it is not corrected");
        const auto gain = sum.fields == 0 ? flat(sum) : image::make_illumination(sum, options_.illumination);
        journal.write(plates_.size() + p, screen::pack(failed_in(plates_[p])));
        journal.write(p, store::pack_illumination(gain));
        journal.checkpoint();
      });
    }
    progress.update(plates_.size());
    progress.finish();
  }

  // What the journal holds: plates are numbered as in the screen, their failures follow from number plates
  // on.
  void write(const store::Journal& journal, store::IlluminationWriter& writer) const {
    journal.each([&](const store::Record& record) {
      if (record.item < plates_.size())
        writer.add(plates_[record.item].plate, store::unpack_illumination(record.content));
    });
    writer.commit();
  }
  std::vector<screen::FieldFailure> failures_in(const store::Journal& journal) const {
    std::vector<screen::FieldFailure> all;
    journal.each([&](const store::Record& record) {
      if (record.item < plates_.size()) return;
      const auto some = screen::unpack_failures(record.content);
      all.insert(all.end(), some.begin(), some.end());
    });
    return all;
  }

 private:
  std::vector<screen::FieldFailure> failed_in(const screen::Plate& plate) const {
    std::vector<screen::FieldFailure> failed;
    for (const auto& failure : failures_)
      if (failure.field >= plate.first_field && failure.field < plate.first_field + plate.field_count)
        failed.push_back(failure);
    return failed;
  }

  image::IlluminationSum sum_plate(std::size_t plate) {
    auto sum = empty_sum(screen_, sizes_[plate]);
    std::mutex guard;
    const auto& fields = plates_[plate];
    FieldWork work;
    work.name = "illuminate " + fields.plate;
    work.unit = "fields";
    work.units = [&](FieldId field) {
      return field >= fields.first_field && field < fields.first_field + fields.field_count ? 1.0 : 0.0;
    };
    work.bytes = [this](FieldId field) { return reader_.bytes(field); };
    work.by_plate = false;
    work.shows_progress = false;
    work.prepare = [&](FieldId field, const Gain&, Claim& claim) -> Finish {
      const auto loaded = reader_.read(field, claim);
      if (!loaded) return {};
      const std::lock_guard lock(guard);
      sum.add(loaded->image);
      return [](const Tick&) {};
    };
    store::NoLedger ledger;
    const auto passed = pass_.run(ledger, work, failures_.size());
    failures_.insert(failures_.end(), passed.failures.begin(), passed.failures.end());
    context_.comm.all_reduce(std::span(&sum.fields, 1), mpi::Reduction::sum);
    context_.comm.all_reduce(std::span(sum.sums), mpi::Reduction::sum);
    return sum;
  }

  const mpi::RunContext& context_;
  const screen::Screen& screen_;
  const IlluminateScreenOptions& options_;
  std::vector<screen::Plate> plates_;
  const std::vector<image::PictureSize>& sizes_;
  FieldReader reader_;
  FieldPass pass_;
  std::vector<screen::FieldFailure> failures_;
};

}  // namespace

void IlluminateScreenOptions::validate() const {
  illumination.validate();
  pass.validate();
}

void illuminate_screen(const mpi::RunContext& context, const screen::Screen& screen,
                       const IlluminateScreenOptions& options, const FieldFiles& files,
                       const nlohmann::json& provenance) {
  mpi::together(context.comm, [&] { options.validate(); });
  const auto sizes =
      sizes_by_plate(context.comm, screen, {options.pass.threads, options.pass.field_timeout_s});
  Illuminator illuminator(context, screen, options, sizes);
  store::Journal journal(context.comm, files.output, provenance, options.overwrite);
  illuminator.run(journal);
  std::vector<screen::FieldFailure> mine;
  mpi::on_root(context.comm, [&] { mine = illuminator.failures_in(journal); });
  report_failures(context, screen, gather_failures(context.comm, mine),
                  {files.failures, "illuminate", options.pass.max_failed_fields, 0});
  mpi::on_root(context.comm, [&] {
    store::IlluminationWriter writer(files.output, screen, provenance);
    illuminator.write(journal, writer);
  });
  journal.remove();
}

}  // namespace cytoscale::prepare
