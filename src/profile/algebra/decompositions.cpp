#include "profile/algebra/decompositions.hpp"

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "profile/algebra/products.hpp"

// LAPACK's own names; its headers for C are another package.
extern "C" {
void dsyevd_(const char* job, const char* triangle, const int* n, double* a, const int* lda, double* values,
             double* work, const int* lwork, int* iwork, const int* liwork, int* info);
void dgeqrf_(const int* m, const int* n, double* a, const int* lda, double* tau, double* work,
             const int* lwork, int* info);
void dgesdd_(const char* job, const int* m, const int* n, double* a, const int* lda, double* values,
             double* u, const int* ldu, double* vt, const int* ldvt, double* work, const int* lwork,
             int* iwork, int* info);
}

namespace cytoscale::profile {
namespace {

constexpr Eigen::Index most_rows = 32765;  // 1 + 6 n + 2 n² numbers of work are counted in an int

int checked(Eigen::Index n) {
  if (n > most_rows)
    throw Error("a decomposition of " + std::to_string(n) + " features is more than LAPACK can count", "",
                "Drop features with --select-features, or take factors with --transform pca");
  return static_cast<int>(n);
}

void check(int info, const char* what) {
  if (info != 0)
    throw Error(std::string("the profiles have no ") + what, "",
                "Look for features of extreme values (wells.h5ad), and drop them with --select-features");
}

}  // namespace

Eigenpairs symmetric_eigenpairs(const Matrix& symmetric) {
  const OneThreadBlas alone;
  const int n = checked(symmetric.rows());
  Eigenpairs pairs{Eigen::VectorXd(n), symmetric};
  if (n == 0) return pairs;
  if (!symmetric.allFinite()) check(1, "eigenvectors: some values are not finite");
  double best = 0;
  int best_integers = 0, info = 0;
  const int ask = -1;
  dsyevd_("V", "L", &n, pairs.vectors.data(), &n, pairs.values.data(), &best, &ask, &best_integers, &ask,
          &info);
  const int lwork = static_cast<int>(best), liwork = best_integers;
  std::vector<double> work(static_cast<std::size_t>(lwork));
  std::vector<int> iwork(static_cast<std::size_t>(liwork));
  dsyevd_("V", "L", &n, pairs.vectors.data(), &n, pairs.values.data(), work.data(), &lwork, iwork.data(),
          &liwork, &info);
  check(info, "eigenvectors");
  return pairs;
}

RightSingular right_singular(const Matrix& x) {
  const OneThreadBlas alone;
  const int n = static_cast<int>(x.rows()), d = checked(x.cols()), ask = -1;
  int info = 0;
  if (!x.allFinite()) check(1, "singular vectors: some values are not finite");
  Eigen::MatrixXd small = x;
  if (n > d) {  // many rows: R of X = QR has the same S and V and is as small as V
    std::vector<double> tau(static_cast<std::size_t>(d)), work(1);
    dgeqrf_(&n, &d, small.data(), &n, tau.data(), work.data(), &ask, &info);
    const int lwork = static_cast<int>(work[0]);
    work.resize(static_cast<std::size_t>(lwork));
    dgeqrf_(&n, &d, small.data(), &n, tau.data(), work.data(), &lwork, &info);
    check(info, "QR decomposition");
    small = Eigen::MatrixXd(small.topRows(d).triangularView<Eigen::Upper>());
  }
  const int rows = std::min(n, d);
  Eigen::MatrixXd u(rows, rows), vt(d, d);
  RightSingular result{Eigen::VectorXd(rows), {}};
  std::vector<int> iwork(8 * static_cast<std::size_t>(std::max(rows, 1)));
  std::vector<double> work(1);
  dgesdd_("A", &rows, &d, small.data(), &rows, result.values.data(), u.data(), &rows, vt.data(), &d,
          work.data(), &ask, iwork.data(), &info);
  const int lwork = static_cast<int>(work[0]);
  work.resize(static_cast<std::size_t>(lwork));
  dgesdd_("A", &rows, &d, small.data(), &rows, result.values.data(), u.data(), &rows, vt.data(), &d,
          work.data(), &lwork, iwork.data(), &info);
  check(info, "singular vectors");
  result.vectors = vt.transpose();
  return result;
}

}  // namespace cytoscale::profile
