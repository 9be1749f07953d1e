"""anndata (the oracle) reads what we write, and we read what anndata writes. Argument: the store_probe program."""
import json
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import anndata
    import numpy as np
    import pandas as pd
    import scipy.sparse
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

probe = sys.argv[1]


def read_ours(path):
    done = subprocess.run([probe, "read-anndata", path], capture_output=True, text=True, timeout=30)
    if done.returncode == 0:
        return json.loads(done.stdout)
    assert done.returncode == 2, (done.returncode, done.stderr)
    return done.stderr


def they_read_ours():
    subprocess.run([probe, "write-anndata", "ours.h5ad"], check=True, timeout=30)
    for mode in (None, "r"):
        data = anndata.read_h5ad("ours.h5ad", backed=mode)
        assert data.shape == (3, 2)
        assert np.array_equal(np.asarray(data.X[:]), [[1, 2.5], [-3, 4], [0.1, 6]])
        assert list(data.obs_names) == ["a", "b", "c"] and list(data.var_names) == ["f_0", "f_1"]
        assert list(data.obs.columns) == ["Metadata_Plate", "Metadata_Concentration", "cells"]
        plate = data.obs["Metadata_Plate"]
        assert isinstance(plate.dtype, pd.CategoricalDtype) and not plate.cat.ordered
        assert set(plate.cat.categories) == {"P1", "Ångström"} and plate.isna().tolist() == [False, True, False]
        assert data.obs["Metadata_Concentration"].dtype == np.float64
        assert data.obs["Metadata_Concentration"].isna().tolist() == [False, False, True]
        assert data.obs["cells"].dtype == np.int64 and data.obs["cells"].tolist() == [10, 20, 30]
        assert data.var["layer"].tolist() == ["conv1", "conv2a"]
        uns = data.uns
        assert uns["text"] == "x" and uns["number"] == 2.5 and bool(uns["yes"]) is True
        assert list(uns["names"]) == ["p", "q"] and uns["below"]["deeper"] == 7
        assert data.X.dtype == np.float64
    data = anndata.read_h5ad("ours.h5ad")
    data.write("rewritten.h5ad")  # what they make of it, we read again
    again = read_ours("rewritten.h5ad")
    assert again["obs"] == [["P1", "0.3", "10"], ["", "10", "20"], ["Ångström", "", "30"]], again["obs"]


def example(x):
    obs = pd.DataFrame(
        {
            "cat": pd.Categorical(["u", None, "v"]),
            "number_cat": pd.Categorical([3, 1, 3]),
            "text": ["one", "two", "three"],
            "i8": np.array([-1, 2, 3], np.int8),
            "u16": np.array([1, 2, 65535], np.uint16),
            "f32": np.array([0.1, np.nan, 3], np.float32),
            "f64": [0.1, 0.2, np.inf],
            "flag": [True, False, True],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "nullable_flag": pd.array([True, None, False], dtype="boolean"),
        },
        index=["r0", "r1", "r2"],
    )
    var = pd.DataFrame({"layer": ["a", "b"]}, index=["f0", "f1"])
    return anndata.AnnData(X=x, obs=obs, var=var, uns={"s": "t", "n": 3, "d": {"l": ["x", "y"], "f": 1.5}})


def we_read_theirs():
    dense = np.array([[1, 0], [0, 4], [5, 0.5]])
    matrices = [dense.astype(t) for t in (np.float32, np.float64, np.float16, np.int32)]
    matrices += [scipy.sparse.csr_matrix(dense), scipy.sparse.csc_matrix(dense.astype(np.float32))]
    for x in matrices:
        example(x).write("theirs.h5ad")
        data = read_ours("theirs.h5ad")
        expected = x.toarray() if scipy.sparse.issparse(x) else x
        assert np.array_equal(np.array(data["x"]).reshape(3, 2), expected.astype(float)), data["x"]
        rows = dict(zip(data["obs_columns"], zip(*data["obs"])))
        assert rows["cat"] == ("u", "", "v") and rows["number_cat"] == ("3", "1", "3")
        assert rows["text"] == ("one", "two", "three") and rows["i8"] == ("-1", "2", "3")
        assert rows["u16"] == ("1", "2", "65535") and rows["f32"] == ("0.1", "", "3"), rows["f32"]
        assert rows["f64"] == ("0.1", "0.2", "inf") and rows["flag"] == ("True", "False", "True")
        assert rows["nullable"] == ("1", "", "3") and rows["nullable_flag"] == ("True", "", "False")
        assert data["obs_names"] == ["r0", "r1", "r2"] and data["var_names"] == ["f0", "f1"]
        assert data["var"] == [["a"], ["b"]]
        assert data["uns"]["s"] == "t" and data["uns"]["n"] == 3 and data["uns"]["d"] == {"l": ["x", "y"], "f": 1.5}
    for options in ({"compression": "gzip"}, {"as_dense": ["X"]}):
        example(scipy.sparse.csr_matrix(dense)).write("theirs.h5ad", **options)
        assert read_ours("theirs.h5ad")["x"] == dense.ravel().tolist()
    named = example(dense)
    named.obs.index.name = "well"
    named.write("theirs.h5ad")
    assert read_ours("theirs.h5ad")["obs_names"] == ["r0", "r1", "r2"]


def unsupported_is_told():
    import h5py

    example(np.zeros((3, 2))).write("old.h5ad")
    with h5py.File("old.h5ad", "r+") as f:
        f["obs"].attrs["encoding-version"] = "0.1.0"
    message = read_ours("old.h5ad")
    assert isinstance(message, str) and "anndata 0.8 or later" in message, message
    with h5py.File("old.h5ad", "r+") as f:
        f["obs"].attrs["encoding-version"] = "0.2.0"
        del f["obs/text"]
    assert "text is announced but missing" in read_ours("old.h5ad")


they_read_ours()
we_read_theirs()
unsupported_is_told()
print("anndata", anndata.__version__, "agrees")
