#include "report/evaluation_files.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "core/text/text.hpp"

namespace cytoscale::report {
namespace {

struct NaturalOrder {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};

nlohmann::json interval_json(const evaluate::Interval& interval) {
  return {interval.low, interval.high};
}

nlohmann::json retrieval_json(const evaluate::MeanRetrieval& retrieval) {
  nlohmann::json json = {{"mean", retrieval.mean},
                         {"groups", retrieval.groups.size()},
                         {"significant", score_json(retrieval.significant)}};
  if (retrieval.ci95) json["ci95"] = interval_json(*retrieval.ci95);
  return json;
}

nlohmann::json enrichment_json(const evaluate::Enrichment& enrichment) {
  return {{"top_percent", enrichment.top_percent},
          {"pairs", enrichment.pairs},
          {"same_class", enrichment.same_class},
          {"top_pairs", enrichment.top_pairs},
          {"top_same_class", enrichment.top_same_class},
          {"odds_ratio", enrichment.odds_ratio},  // null where infinite
          {"p_value", enrichment.p_value}};
}

void add_retrieval(nlohmann::json& json, const evaluate::RetrievalFigures& figures) {
  if (figures.replicate_map) json["map_replicates"] = retrieval_json(*figures.replicate_map);
  if (figures.class_map) json["map_classes"] = retrieval_json(*figures.class_map);
  if (figures.percent_replicating) json["percent_replicating"] = score_json(*figures.percent_replicating);
  if (figures.percent_matching) json["percent_matching"] = score_json(*figures.percent_matching);
  if (figures.enrichment) json["enrichment"] = enrichment_json(*figures.enrichment);
}

nlohmann::json z_prime_json(const evaluate::ZPrime& z, const evaluate::ZPrimeOptions& options) {
  return {{"axis", enum_name(options.axis)},
          {"positive", options.positive},
          {"train", options.train},
          {"held_out", z.held_out},
          {"positive_mean", z.positive_mean},
          {"negative_mean", z.negative_mean},
          {"positive_sd", z.positive_sd},
          {"negative_sd", z.negative_sd},
          {"positive_wells_scored", z.positive_scored},
          {"negative_wells_scored", z.negative_scored},
          {"positive_wells_trained", z.positive_trained},
          {"negative_wells_trained", z.negative_trained}};
}

void add_match(std::vector<std::string>& row, const evaluate::TreatmentSet& set,
               const evaluate::Match* match) {
  if (!match) {
    row.insert(row.end(), 4, "");
  } else if (!match->nearest) {
    row.insert(row.end(), {"", "", "", "0"});
  } else {
    row.insert(row.end(), {set.name[*match->nearest], set.moa[*match->nearest],
                           number_text(match->similarity), match->correct ? "1" : "0"});
  }
}

}  // namespace

nlohmann::json score_json(const evaluate::Score& score) {
  nlohmann::json json = {{"correct", score.correct}, {"total", score.total}, {"accuracy", score.fraction()}};
  if (score.ci95) json["ci95"] = interval_json(*score.ci95);
  return json;
}

nlohmann::json metrics_json(const evaluate::Evaluation& evaluation,
                            const evaluate::EvaluateOptions& options) {
  auto json = nlohmann::json::object();
  auto confusion = nlohmann::json::object(), without_candidate = nlohmann::json::object(),
       per_class = nlohmann::json::object();
  for (const auto& rule : evaluation.rules) {
    const auto key = evaluate::rule_key(rule.rule);
    json[key] = score_json(rule.score);
    without_candidate[key] = rule.without_candidate;
    for (const auto& one : rule.classes) per_class[key][one.name] = score_json(one.score);
    const auto counts = evaluate::confusion_of(evaluation.treatments, rule);
    confusion[key] = {{"classes", counts.classes}, {"counts", counts.counts}};
  }
  if (!confusion.empty()) {
    json["confusion"] = confusion;
    json["per_class"] = per_class;
    json["without_candidate"] = without_candidate;
  }
  if (evaluation.replicate_accuracy) json["replicate_accuracy"] = score_json(*evaluation.replicate_accuracy);
  if (evaluation.gene_accuracy) json["gene_accuracy"] = score_json(*evaluation.gene_accuracy);
  add_retrieval(json, evaluation.retrieval);
  if (evaluation.z_prime) {
    json["z_prime"] = evaluation.z_prime->value;
    json["z_prime_detail"] = z_prime_json(*evaluation.z_prime, options.zprime);
  }
  json["wells"] = evaluation.wells;
  json["control_wells"] = evaluation.control_wells;
  json["treatments"] = evaluation.treatments.size();
  json["features"] = evaluation.features;
  json["features_dropped"] = evaluation.dropped;
  json["frobenius_norm"] = evaluation.frobenius_norm;
  json["single_batch_classes"] = evaluation.single_batch_classes;
  json["notes"] = evaluation.notes;
  return json;
}

Table matches_table(const evaluate::Evaluation& evaluation) {
  const auto& set = evaluation.treatments;
  Table table;
  table.columns = {"treatment", "compound", "class", "batches", "wells"};
  std::vector<std::vector<const evaluate::Match*>> by_rule;  // [rule][treatment]
  for (const auto& rule : evaluation.rules) {
    const auto key = evaluate::rule_key(rule.rule);
    for (const char* part : {"_nearest", "_class", "_similarity", "_correct"})
      table.columns.push_back(key + part);
    auto& matches = by_rule.emplace_back(set.size(), nullptr);
    for (const auto& match : rule.matches) matches[match.query] = &match;
  }
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.moa[i].empty() && !evaluation.rules.empty()) continue;
    std::vector<std::string> row = {set.name[i], set.compound[i], set.moa[i], join(set.batches[i], ";"),
                                    std::to_string(set.wells[i])};
    for (const auto& matches : by_rule) add_match(row, set, matches[i]);
    table.rows.push_back(row);
  }
  return table;
}

Table class_table(const evaluate::Evaluation& evaluation) {
  std::map<std::string, std::vector<std::string>, NaturalOrder> rows;
  Table table;
  table.columns = {"class"};
  for (const auto& rule : evaluation.rules) {
    for (const char* part : {"_n", "_correct", "_accuracy", "_low", "_high"})
      table.columns.push_back(evaluate::rule_key(rule.rule) + part);
    for (const auto& one : rule.classes) {
      auto& row = rows[one.name];
      row.resize(table.columns.size() - 6);
      const auto& [name, score] = one;
      row.insert(row.end(), {std::to_string(score.total), std::to_string(score.correct),
                             number_text(score.fraction()), score.ci95 ? number_text(score.ci95->low) : "",
                             score.ci95 ? number_text(score.ci95->high) : ""});
    }
  }
  for (auto& [name, row] : rows) {
    row.resize(table.columns.size() - 1);
    row.insert(row.begin(), name);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table retrieval_table(const evaluate::Evaluation& evaluation) {
  Table table;
  table.columns = {"kind",
                   "name",
                   "queries",
                   "map",
                   "normalized_map",
                   "p_value",
                   "corrected_p_value",
                   "members",
                   "median_correlation",
                   "null_95th_percentile"};
  const auto add = [&](const std::string& kind, const std::optional<evaluate::MeanRetrieval>& retrieval,
                       const std::vector<evaluate::GroupCorrelation>& correlations) {
    std::map<std::string, std::vector<std::string>> rows;
    std::vector<std::string> order;
    const auto row_of = [&](const std::string& name) -> auto& {
      const auto [at, fresh] = rows.try_emplace(name, std::vector<std::string>(table.columns.size()));
      if (fresh) order.push_back(name), at->second[0] = kind, at->second[1] = name;
      return at->second;
    };
    for (const auto& group : retrieval ? retrieval->groups : std::vector<evaluate::MeanAveragePrecision>{}) {
      auto& row = row_of(group.name);
      row[2] = std::to_string(group.queries), row[3] = number_text(group.mean);
      row[4] = number_text(group.normalized), row[5] = number_text(group.p_value);
      row[6] = number_text(group.corrected_p_value);
    }
    for (const auto& group : correlations) {
      auto& row = row_of(group.name);
      row[7] = std::to_string(group.members), row[8] = number_text(group.median);
      row[9] = number_text(group.threshold);
    }
    for (const auto& name : order) table.rows.push_back(std::move(rows[name]));
  };
  add("treatment", evaluation.retrieval.replicate_map, evaluation.retrieval.replicating);
  add("class", evaluation.retrieval.class_map, evaluation.retrieval.matching);
  return table;
}

}  // namespace cytoscale::report
