// How well predicted probabilities tell what is in a picture. Pure: probabilities and the truth in, figures
// out. Definitions are scikit-learn's, as far as it has them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/table/csv.hpp"
#include "evaluate/matching/matching.hpp"
#include "evaluate/score.hpp"
#include "profile/profile_table.hpp"

namespace cytoscale::evaluate {

struct Predictions {
  std::vector<std::string> labels;              // K
  bool several = false;                         // a picture may have several of them, or none
  profile::Matrix probabilities;                // [rows][K]
  std::vector<std::vector<std::size_t>> truth;  // of each row: labels that hold, ascending; one, or several
  std::vector<std::string> name;                // of each row
  std::vector<std::string> unit;  // of each row: what it is a replicate of; drawn together for intervals
  std::size_t size() const { return truth.size(); }
};

struct LabelFigures {
  std::string label;
  std::size_t positives = 0, predicted = 0, correct = 0;  // rows that have it, are said to, and both
  double precision() const;                               // 0 where it is never predicted
  double recall() const;
  // Σ (R_n − R_{n−1}) P_n over the thresholds, rows of equal probability together; none without a row that
  // has the label, or one that has not.
  std::optional<double> average_precision;
};

struct Classification {
  std::string level;                 // "field", "cell", "well", "treatment"
  Score accuracy;                    // rows whose labels are predicted without a fault
  double mean_class_accuracy = 0;    // mean recall ⎫ of the labels that occur
  double mean_precision = 0;         //             ⎬
  std::optional<double> mean_ap;     // mAP         ⎭
  std::vector<LabelFigures> labels;  // as Predictions::labels
  Confusion confusion;               // of single labels; otherwise empty
  std::vector<std::vector<std::size_t>>
      predicted;  // of each row: the likeliest label; of several, those of 1/2 and more
};

Classification classify(const Predictions& predictions, const std::string& level,
                        const BootstrapOptions& bootstrap);

// One row per name: the median of its rows, label by label. Throws Error: rows of one name with two truths;
// `where` names the file.
Predictions median_predictions(const Predictions& rows, const std::vector<std::string>& names,
                               const std::string& where);

}  // namespace cytoscale::evaluate
