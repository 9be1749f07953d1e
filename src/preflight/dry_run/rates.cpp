#include "preflight/dry_run/rates.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "store/cell_fields.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::preflight {
namespace {

constexpr double pairs_at_once = 1e6;

double wells_in(const std::filesystem::path& cells) {
  const auto fields = store::read_cell_fields(cells);
  const auto plates = fields.rows.column(fields.column("Metadata_Plate")).codes(),
             wells = fields.rows.column(fields.column("Metadata_Well")).codes();
  std::set<std::pair<std::uint32_t, std::uint32_t>> found;
  for (std::size_t f = 0; f < fields.rows.size(); ++f) found.emplace(plates.of[f], wells.of[f]);
  return static_cast<double>(found.size());
}

}  // namespace

Rates usual_rates() {
  return {{{"illuminate", 0.040},
           {"segment", 0.082},
           {"crop", 0.0004},
           {"train", 3600},
           {"embed", 0.0042},
           {"reduce", 4e-7},
           {"reduce wells", 1e-4},
           {"evaluate", 0.0188}},
          "usual rates of one core a rank"};
}

Rates measured_rates(const std::filesystem::path& output) {
  auto rates = usual_rates();
  const auto path = output / "state" / "timings.json";
  const auto timings = nlohmann::json::parse(read_file(path), nullptr, false);
  if (!timings.is_object())
    throw Error("this is no record of times", path.string(),
                "Name with --rates the folder of a run's results");
  const auto table = store::read_cell_table(output / "cells.h5");
  const double fields = static_cast<double>(table.fields()), cells = static_cast<double>(table.cells()),
               wells = wells_in(output / "cells.h5");
  for (const auto& [stage, of] : {std::pair<std::string, double>{"illuminate", fields},
                                  {"segment", fields},
                                  {"crop", cells},
                                  {"train", 1},
                                  {"embed", cells},
                                  {"reduce", cells},
                                  {"evaluate", wells * wells / 2 / pairs_at_once}}) {
    if (!timings.contains(stage) || !timings[stage].is_object() || !(of > 0)) continue;
    const auto& measured = timings[stage];
    double seconds = measured.value("seconds", 0.0);
    const double ranks = measured.value("ranks", 1.0);
    if (stage == "reduce") {  // what rank 0 does alone goes by wells
      const auto spent = measured.value("spent", nlohmann::json::object());
      const double root =
          spent.value("normalize and write, rank 0", nlohmann::json::object()).value("max", 0.0);
      if (wells > 0) rates.seconds["reduce wells"] = root / wells;
      seconds = std::max(0.0, seconds - root);
    }
    rates.seconds[stage] = seconds * ranks / of;
  }
  rates.from = path.string();
  return rates;
}

}  // namespace cytoscale::preflight
