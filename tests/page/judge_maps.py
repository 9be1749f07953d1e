"""judge_maps.py FOLDER: the maps beside a report as users of scanpy read them, their components by scikit-learn's PCA, their t-SNE by
scikit-learn's KL divergence and trustworthiness, which are also what the page says. For an interpreter that has these."""
import pathlib
import re
import sys

import matplotlib
import numpy as np
import scanpy as sc
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities

matplotlib.use("Agg")
folder = pathlib.Path(sys.argv[1])
page = (folder / "report.html").read_text(encoding="utf-8")
said = re.findall(r"KL divergence (\d+\.\d+), trustworthiness \(5 neighbors\) (\d+\.\d+); of the principal components (\d+\.\d+)", page)


def kl_divergence(rows, places, perplexity):
    p = _joint_probabilities(squareform(pdist(rows, "sqeuclidean")).astype(np.float32), perplexity, 0)
    weight = 1 / (1 + pdist(places, "sqeuclidean"))
    q = np.maximum(weight / (2 * weight.sum()), np.finfo(np.double).eps)
    return 2 * np.dot(p, np.log(np.maximum(p, np.finfo(np.double).eps) / q))


def judge(name, compared, told, color):
    data = sc.read_h5ad(folder / name)
    assert data.obs_names.is_unique and not np.isnan(data.obsm["X_pca"]).any()
    rows = compared(np.asarray(data.X, dtype=float))
    scores = PCA(min(50, len(rows) - 1, rows.shape[1]), svd_solver="full").fit_transform(rows)
    scores *= np.sign((scores * data.obsm["X_pca"]).sum(axis=0))
    # Components of nearly equal variance may turn into each other: the first ones are compared, and all distances.
    np.testing.assert_allclose(scores[:, :2], data.obsm["X_pca"][:, :2], atol=1e-6 * np.abs(scores).max())
    np.testing.assert_allclose(pdist(scores), pdist(data.obsm["X_pca"]), rtol=1e-6, atol=1e-9)
    places, tsne = data.obsm["X_tsne"], data.uns["cytoscale"]["tsne"]
    # t-SNE is of the components, as scanpy's is.
    kl = kl_divergence(scores, places, tsne["perplexity"])
    assert abs(kl - tsne["kl_divergence"]) < 0.002 * kl + 1e-4, (kl, tsne)
    theirs = TSNE(method="exact", init="pca", perplexity=float(tsne["perplexity"]), random_state=0).fit(scores)
    assert kl < 1.1 * theirs.kl_divergence_ + 0.01, (kl, theirs.kl_divergence_)
    for text, value in zip(told, (kl, trustworthiness(rows, places, n_neighbors=5),
                                  trustworthiness(rows, data.obsm["X_pca"][:, :2], n_neighbors=5))):
        assert abs(float(text) - value) < 0.0006 + (0.002 * value if value is kl else 0), (name, told, text, value)
    sc.pl.embedding(data, "X_tsne", color=color, show=False)
    sc.pl.pca(data, color=color, show=False)


judge("treatment_map.h5ad", lambda x: x / np.linalg.norm(x, axis=1, keepdims=True), said[0], "Metadata_Class")
judge("cell_map.h5ad", lambda x: (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1), said[1], "Metadata_MOA")
