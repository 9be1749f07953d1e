#include "evaluate/matching.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.hpp"
#include "evaluate/cosine.hpp"

namespace cytoscale {
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
  RuleResult result{rule, {}, {}, 0};
  std::vector<char> single(set.size());
  for (std::size_t i = 0; i < set.size(); ++i) single[i] = contains(single_batch_classes, set.moa[i]);
  for (std::size_t query = 0; query < set.size(); ++query) {
    if (set.moa[query].empty() || (rule != MatchRule::nsc && single[query])) continue;
    const auto nearest = index.nearest(query, [&](std::size_t row) {
      if (set.moa[row].empty() || set.compound[row] == set.compound[query]) return false;
      if (rule == MatchRule::nscb_disjoint) return !share_any(set.batches[row], set.batches[query]);
      if (rule == MatchRule::nscb_joined) return !single[row] && set.batches[row] != set.batches[query];
      return true;
    });
    Match match{query, std::nullopt, 0, false};
    if (nearest) {
      match = {query, nearest->row, nearest->similarity, set.moa[nearest->row] == set.moa[query]};
    } else {
      ++result.without_candidate;
    }
    result.score.correct += match.correct;
    ++result.score.total;
    result.matches.push_back(match);
  }
  return result;
}

Score same_label_accuracy(const Matrix& values, const std::vector<std::string>& label) {
  std::map<std::string, std::size_t> count;
  for (const auto& name : label) ++count[name];
  const CosineIndex index(values);
  Score score;
  for (std::size_t query = 0; query < label.size(); ++query) {
    if (count[label[query]] < 2) continue;
    const auto nearest = index.nearest(query, [](std::size_t) { return true; });
    ++score.total;
    score.correct += nearest && label[nearest->row] == label[query];
  }
  return score;
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

}  // namespace cytoscale
