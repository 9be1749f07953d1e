// Small cases whose answer can be read off.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "evaluate/matching/cosine.hpp"
#include "evaluate/matching/matching.hpp"

namespace cytoscale::evaluate {
namespace {

profile::Matrix points(const std::vector<std::pair<double, double>>& list) {
  profile::Matrix m(static_cast<Eigen::Index>(list.size()), 2);
  for (std::size_t i = 0; i < list.size(); ++i)
    m.row(static_cast<Eigen::Index>(i)) << list[i].first, list[i].second;
  return m;
}

// Two classes, x near the first axis and y near the second; compounds a, b (class x) and c, d (class y).
TreatmentSet four() {
  TreatmentSet set;
  set.values = points({{1, 0.1}, {1, 0.2}, {0.1, 1}, {0.2, 1}});
  set.name = set.compound = {"a", "b", "c", "d"};
  set.moa = {"x", "x", "y", "y"};
  set.batches = {{"1"}, {"2"}, {"1"}, {"2"}};
  set.wells = {1, 1, 1, 1};
  return set;
}

const auto any = [](std::size_t, std::size_t) { return true; };

TEST(Cosine, LengthDoesNotMatter) {
  const CosineIndex index(points({{1, 1}, {1e200, 1e200}, {1e-200, 0}, {-3, -3}}));
  EXPECT_NEAR(index.similarity(0, 1), 1, 1e-15);
  EXPECT_NEAR(index.similarity(0, 2), std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(index.similarity(0, 3), -1, 1e-15);
}

TEST(Cosine, OfEqualNeighborsTheFirstWins) {
  const CosineIndex index(points({{1, 1}, {2, 1}, {2, 1}, {2, 1}}));
  const auto nearest = index.nearest({0, 1, 3}, any);
  EXPECT_EQ(nearest[0]->row, 1u);
  EXPECT_EQ(nearest[1]->row, 2u);
  EXPECT_EQ(nearest[2]->row, 1u);
}

TEST(Cosine, RowsWithoutDirectionAreNobodysNeighbor) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const CosineIndex index(points({{-1, 0}, {0, 0}, {nan, 1}, {1, 0}}));
  const auto nearest = index.nearest({0, 1, 2}, any);
  EXPECT_EQ(nearest[0]->row, 3u);  // though it points the other way
  EXPECT_FALSE(nearest[1]);
  EXPECT_FALSE(nearest[2]);
}

// The matrix product only tells who comes near: over many blocks and with ties, the answer is that of a plain
// loop.
TEST(Cosine, ManyRowsAgreeWithAPlainLoop) {
  profile::Matrix x(300, 37);
  for (int i = 0; i < 300; ++i) {
    for (int j = 0; j < 37; ++j) x(i, j) = std::sin(0.7 * (i % 150) + 1.3 * j + 0.01 * (i % 150) * j);
  }
  const CosineIndex index(x);
  std::vector<std::size_t> queries(300);
  for (std::size_t i = 0; i < 300; ++i) queries[i] = 299 - i;
  const auto admissible = [](std::size_t a, std::size_t b) { return a / 3 % 2 != b / 3 % 2; };
  const auto nearest = index.nearest(queries, admissible);
  for (std::size_t i = 0; i < 300; ++i) {
    std::optional<Neighbor> best;
    for (std::size_t row = 0; row < 300; ++row) {
      if (row == queries[i] || !admissible(queries[i], row)) continue;
      const double here = index.similarity(queries[i], row);
      if (!best || here > best->similarity) best = Neighbor{row, here};
    }
    ASSERT_EQ(nearest[i]->row, best->row) << i;
    ASSERT_EQ(nearest[i]->similarity, best->similarity);
  }
}

TEST(Matching, FindsTheClass) {
  for (const auto rule : {MatchRule::nsc, MatchRule::nscb_disjoint, MatchRule::nscb_joined}) {
    const auto result = match_treatments(four(), rule, {});
    EXPECT_EQ(result.score.correct, 4u);
    EXPECT_EQ(result.score.total, 4u);
    EXPECT_EQ(*result.matches[0].nearest, 1u);
  }
}

TEST(Matching, SameCompoundIsNoCandidate) {
  auto set = four();
  set.compound = {"a", "a", "c", "d"};  // a's only friend is a: it must look at class y
  const auto result = match_treatments(set, MatchRule::nsc, {});
  EXPECT_EQ(result.score.correct, 2u);
  EXPECT_EQ(*result.matches[0].nearest, 3u);
}

TEST(Matching, DisjointIsStricterThanJoined) {
  auto set = four();
  set.batches = {{"1", "2"}, {"2", "3"}, {"1"}, {"2", "3"}};
  const auto joined = match_treatments(set, MatchRule::nscb_joined, {});
  EXPECT_EQ(joined.score.correct, 4u);  // "1 2" and "2 3" differ
  const auto disjoint = match_treatments(set, MatchRule::nscb_disjoint, {});
  EXPECT_EQ(disjoint.score.total, 4u);
  EXPECT_FALSE(disjoint.matches[0].nearest);  // every other shares a batch with a
  EXPECT_EQ(disjoint.without_candidate, 1u);
  EXPECT_EQ(*disjoint.matches[1].nearest, 2u);  // b has c alone
  EXPECT_EQ(disjoint.score.correct, 2u);        // c and d
}

TEST(Matching, SingleBatchClassesLeaveUnderNscb) {
  auto set = four();
  set.batches = {{"1"}, {"1"}, {"1"}, {"2"}};
  EXPECT_EQ(find_single_batch_classes(set), std::vector<std::string>{"x"});
  EXPECT_EQ(match_treatments(set, MatchRule::nsc, {"x"}).score.total, 4u);
  const auto disjoint = match_treatments(set, MatchRule::nscb_disjoint, {"x"});
  EXPECT_EQ(disjoint.score.total, 2u);
  EXPECT_EQ(*disjoint.matches[1].nearest, 2u);
  set.values.row(2) << 1, 0.3;  // c moves to class x: only joined keeps d from x
  EXPECT_EQ(*match_treatments(set, MatchRule::nscb_disjoint, {"x"}).matches[1].nearest, 2u);
  set.values.row(3) << 1, 0.21;
  EXPECT_EQ(*match_treatments(set, MatchRule::nscb_disjoint, {"x"}).matches[1].nearest, 1u);
  EXPECT_EQ(*match_treatments(set, MatchRule::nscb_joined, {"x"}).matches[1].nearest, 2u);
}

TEST(Matching, TreatmentsWithoutClassStayOut) {
  auto set = four();
  set.moa[1] = "";
  const auto result = match_treatments(set, MatchRule::nsc, {});
  EXPECT_EQ(result.score.total, 3u);
  EXPECT_EQ(*result.matches[0].nearest, 3u);
}

TEST(Matching, OneCompoundHasNoCandidates) {
  auto set = four();
  set.compound = {"a", "a", "a", "a"};
  const auto result = match_treatments(set, MatchRule::nsc, {});
  EXPECT_EQ(result.without_candidate, 4u);
  EXPECT_EQ(result.score.correct, 0u);
}

TEST(Matching, Confusion) {
  auto set = four();
  set.moa = {"class 10", "class 10", "class 9", "class 9"};
  set.compound = {"a", "a", "c", "d"};
  const auto confusion = confusion_of(set, match_treatments(set, MatchRule::nsc, {}));
  EXPECT_EQ(confusion.classes, (std::vector<std::string>{"class 9", "class 10"}));
  EXPECT_EQ(confusion.counts[0], (std::vector<std::size_t>{2, 0, 0}));
  EXPECT_EQ(confusion.counts[1], (std::vector<std::size_t>{2, 0, 0}));
}

TEST(SameLabel, CountsRowsThatHaveAPartner) {
  const auto values = points({{1, 0}, {1, 0.1}, {0, 1}, {0.3, 1}});
  const auto score = count(same_label_answers(values, {"a", "a", "b", "c"}));
  EXPECT_EQ(score.total, 2u);
  EXPECT_EQ(score.correct, 2u);
  EXPECT_EQ(count(same_label_answers(values, {"a", "b", "a", "b"})).correct, 0u);
  EXPECT_EQ(count(same_label_answers(values, {"a", "b", "c", "d"})).total, 0u);
}

// A treatment of several classes: a match shares any of them.
TEST(SeveralClasses, AMatchSharesAnyLabel) {
  auto set = four();
  set.moa = {"x|p", "p | q|x", "y", "y|z"};
  const auto result = match_treatments(set, MatchRule::nsc, {});
  EXPECT_EQ(result.score.correct, 4u);
  EXPECT_EQ(result.score.total, 4u);
  const auto scores = class_scores(set, result, {0, 1});
  std::vector<std::string> said;
  for (const auto& one : scores)
    said.push_back(one.name + std::to_string(one.score.correct) + "/" + std::to_string(one.score.total));
  EXPECT_EQ(said, (std::vector<std::string>{"p2/2", "q0/1", "x2/2", "y2/2", "z0/1"}));
  const auto confusion = confusion_of(set, result);
  EXPECT_EQ(confusion.classes, (std::vector<std::string>{"p", "q", "x", "y", "z"}));
  EXPECT_EQ(confusion.counts[0][0], 2u);
  EXPECT_EQ(confusion.counts[1][0], 1u);  // q: its neighbor is of p and x
  EXPECT_EQ(confusion.counts[3][3], 2u);
}

TEST(SeveralClasses, OfSingleBatchesIsWhoseLabelsAllAre) {
  auto set = four();
  set.moa = {"x|p", "x", "y", "y|z"};
  EXPECT_EQ(find_single_batch_classes(set), (std::vector<std::string>{"p", "z"}));
  EXPECT_EQ(match_treatments(set, MatchRule::nscb_disjoint, {"p", "z"}).score.total, 4u);
  EXPECT_EQ(match_treatments(set, MatchRule::nscb_disjoint, {"p", "x", "z"}).score.total, 2u);
}

}  // namespace
}  // namespace cytoscale::evaluate
