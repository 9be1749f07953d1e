#include "evaluate/matching/matching.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/text/text.hpp"
#include "evaluate/matching/classes.hpp"
#include "evaluate/matching/cosine.hpp"
#include "profile/groups.hpp"

namespace cytoscale::evaluate {
namespace {

bool share_any(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const auto& x) { return std::binary_search(b.begin(), b.end(), x); });
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::string rule_key(MatchRule rule) {
  switch (rule) {
    case MatchRule::nsc:
      return "nsc";
    case MatchRule::nscb_disjoint:
      return "nscb_disjoint";
    case MatchRule::nscb_joined:
      return "nscb_joined";
  }
  return {};
}

std::string rule_title(MatchRule rule) {
  switch (rule) {
    case MatchRule::nsc:
      return "NSC";
    case MatchRule::nscb_disjoint:
      return "NSCB disjoint";
    case MatchRule::nscb_joined:
      return "NSCB joined";
  }
  return {};
}

std::vector<std::string> find_single_batch_classes(const TreatmentSet& set) {
  const Classes classes(set.moa);
  std::map<std::string, std::set<std::string>> batches;
  for (std::size_t i = 0; i < set.size(); ++i)
    for (const auto label : classes.labels_of(i))
      batches[classes.name(label)].insert(set.batches[i].begin(), set.batches[i].end());
  std::vector<std::string> single;
  for (const auto& [moa, names] : batches) {
    if (names.size() == 1) single.push_back(moa);
  }
  return single;
}

RuleResult match_treatments(const TreatmentSet& set, MatchRule rule,
                            const std::vector<std::string>& single_batch_classes, const mpi::Crew& crew) {
  const CosineIndex index(set.values);
  RuleResult result{rule, {}, {}, 0, {}};
  const Classes classes(set.moa);
  std::vector<char> single(set.size());  // by all of its classes
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto& labels = classes.labels_of(i);
    single[i] = !labels.empty() && std::all_of(labels.begin(), labels.end(), [&](auto label) {
      return contains(single_batch_classes, classes.name(label));
    });
  }
  std::vector<std::size_t> queries;
  for (std::size_t query = 0; query < set.size(); ++query) {
    if (classes.known(query) && (rule == MatchRule::nsc || !single[query])) queries.push_back(query);
  }
  const auto admissible = [&](std::size_t query, std::size_t row) {
    if (!classes.known(row) || set.compound[row] == set.compound[query]) return false;
    if (rule == MatchRule::nscb_disjoint) return !share_any(set.batches[row], set.batches[query]);
    if (rule == MatchRule::nscb_joined) return !single[row] && set.batches[row] != set.batches[query];
    return true;
  };
  const auto nearest = index.nearest(queries, admissible, crew);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    Match match{queries[i], std::nullopt, 0, false};
    if (nearest[i]) {
      const auto row = nearest[i]->row;
      match = {queries[i], row, nearest[i]->similarity, classes.share(row, queries[i])};
    } else {
      ++result.without_candidate;
    }
    result.matches.push_back(match);
  }
  result.score = count(answers_of(result));
  return result;
}

Answers answers_of(const RuleResult& result) {
  Answers answers;
  for (const auto& match : result.matches) answers.emplace_back(match.correct);
  return answers;
}

Answers same_label_answers(const profile::Matrix& values, const std::vector<std::string>& label,
                           const mpi::Crew& crew) {
  const profile::Groups groups = profile::group_rows(label);
  std::vector<std::size_t> queries;
  for (const auto& rows : groups.rows) {
    if (rows.size() > 1) queries.insert(queries.end(), rows.begin(), rows.end());
  }
  const auto nearest = CosineIndex(values).nearest(
      queries, [](auto, auto) { return true; }, crew);
  Answers answers(label.size());
  for (std::size_t i = 0; i < queries.size(); ++i)
    answers[queries[i]] = nearest[i] && label[nearest[i]->row] == label[queries[i]];
  return answers;
}

std::vector<ClassScore> class_scores(const TreatmentSet& set, const RuleResult& result,
                                     const BootstrapOptions& options) {
  std::map<std::string, std::pair<Answers, std::vector<std::string>>> by_class;
  const Classes classes(set.moa);
  for (const auto& match : result.matches)
    for (const auto label : classes.labels_of(match.query)) {
      auto& [answers, units] = by_class[classes.name(label)];
      answers.emplace_back(match.nearest && classes.has(*match.nearest, label));
      units.push_back(set.name[match.query]);
    }
  std::vector<ClassScore> scores;
  for (const auto& [name, asked] : by_class)
    scores.push_back({name, score_of(asked.first, asked.second, options)});
  std::sort(scores.begin(), scores.end(),
            [](const auto& a, const auto& b) { return natural_less(a.name, b.name); });
  return scores;
}

Confusion confusion_of(const TreatmentSet& set, const RuleResult& result) {
  const Classes classes(set.moa);
  std::set<std::size_t> asked;
  for (const auto& match : result.matches) {
    const auto& own = classes.labels_of(match.query);
    asked.insert(own.begin(), own.end());
    if (match.nearest)
      asked.insert(classes.labels_of(*match.nearest).begin(), classes.labels_of(*match.nearest).end());
  }
  const std::vector<std::size_t> order = [&] {
    std::vector<std::size_t> labels(asked.begin(), asked.end());
    std::sort(labels.begin(), labels.end(),
              [&](auto a, auto b) { return natural_less(classes.name(a), classes.name(b)); });
    return labels;
  }();
  Confusion confusion;
  std::map<std::size_t, std::size_t> place;
  for (const auto label : order) {
    place[label] = confusion.classes.size();
    confusion.classes.push_back(classes.name(label));
  }
  confusion.counts.assign(order.size(), std::vector<std::size_t>(order.size() + 1, 0));
  for (const auto& match : result.matches)
    for (const auto label : classes.labels_of(match.query)) {
      auto column = order.size();
      if (match.nearest)
        column =
            place[classes.has(*match.nearest, label) ? label : classes.labels_of(*match.nearest).front()];
      ++confusion.counts[place[label]][column];
    }
  return confusion;
}

}  // namespace cytoscale::evaluate
