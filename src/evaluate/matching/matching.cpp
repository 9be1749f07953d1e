#include "evaluate/matching/matching.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/text/text.hpp"
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
  std::map<std::string, std::set<std::string>> batches;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (!set.moa[i].empty()) batches[set.moa[i]].insert(set.batches[i].begin(), set.batches[i].end());
  }
  std::vector<std::string> single;
  for (const auto& [moa, names] : batches) {
    if (names.size() == 1) single.push_back(moa);
  }
  return single;
}

RuleResult match_treatments(const TreatmentSet& set, MatchRule rule,
                            const std::vector<std::string>& single_batch_classes) {
  const CosineIndex index(set.values);
  RuleResult result{rule, {}, {}, 0, {}};
  std::vector<char> single(set.size());
  for (std::size_t i = 0; i < set.size(); ++i) single[i] = contains(single_batch_classes, set.moa[i]);
  std::vector<std::size_t> queries;
  for (std::size_t query = 0; query < set.size(); ++query) {
    if (!set.moa[query].empty() && (rule == MatchRule::nsc || !single[query])) queries.push_back(query);
  }
  const auto nearest = index.nearest(queries, [&](std::size_t query, std::size_t row) {
    if (set.moa[row].empty() || set.compound[row] == set.compound[query]) return false;
    if (rule == MatchRule::nscb_disjoint) return !share_any(set.batches[row], set.batches[query]);
    if (rule == MatchRule::nscb_joined) return !single[row] && set.batches[row] != set.batches[query];
    return true;
  });
  for (std::size_t i = 0; i < queries.size(); ++i) {
    Match match{queries[i], std::nullopt, 0, false};
    if (nearest[i]) {
      const auto row = nearest[i]->row;
      match = {queries[i], row, nearest[i]->similarity, set.moa[row] == set.moa[queries[i]]};
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

Answers same_label_answers(const profile::Matrix& values, const std::vector<std::string>& label) {
  const profile::Groups groups = profile::group_rows(label);
  std::vector<std::size_t> queries;
  for (const auto& rows : groups.rows) {
    if (rows.size() > 1) queries.insert(queries.end(), rows.begin(), rows.end());
  }
  const auto nearest = CosineIndex(values).nearest(queries, [](auto, auto) { return true; });
  Answers answers(label.size());
  for (std::size_t i = 0; i < queries.size(); ++i)
    answers[queries[i]] = nearest[i] && label[nearest[i]->row] == label[queries[i]];
  return answers;
}

std::vector<ClassScore> class_scores(const TreatmentSet& set, const RuleResult& result,
                                     const BootstrapOptions& options) {
  std::map<std::string, std::pair<Answers, std::vector<std::string>>> by_class;
  for (const auto& match : result.matches) {
    auto& [answers, units] = by_class[set.moa[match.query]];
    answers.emplace_back(match.correct);
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
  std::set<std::string> names;
  for (const auto& match : result.matches) {
    names.insert(set.moa[match.query]);
    if (match.nearest) names.insert(set.moa[*match.nearest]);
  }
  Confusion confusion{{names.begin(), names.end()}, {}};
  auto& classes = confusion.classes;
  std::sort(classes.begin(), classes.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
  const auto position = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(classes.begin(), classes.end(), name) - classes.begin());
  };
  confusion.counts.assign(classes.size(), std::vector<std::size_t>(classes.size() + 1, 0));
  for (const auto& match : result.matches) {
    const auto column = match.nearest ? position(set.moa[*match.nearest]) : classes.size();
    ++confusion.counts[position(set.moa[match.query])][column];
  }
  return confusion;
}

}  // namespace cytoscale::evaluate
