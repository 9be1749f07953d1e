"""anndata (the oracle) opens the embeddings, whole and backed. Argument: the store_probe program."""
import json
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import anndata
    import numpy as np
    import pandas as pd
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

counts = [0 if i % 5 == 4 else 7 * i % 11 for i in range(12)]
total = sum(counts)
for kind, dtype in (("write-embeddings", np.float32), ("write-embeddings16", np.float16)):
    subprocess.run([sys.argv[1], kind, "embeddings.h5ad"], check=True, timeout=30)
    for mode in (None, "r"):
        data = anndata.read_h5ad("embeddings.h5ad", backed=mode)
        assert data.shape == (total, 3) and data.X.dtype == dtype
        x = np.asarray(data.X[:], np.float64)
        expected = np.arange(total)[:, None] + 0.25 * np.arange(3)
        failed = np.repeat(np.arange(12) == 7, counts)
        assert np.array_equal(x[~failed], expected[~failed]) and np.isnan(x[failed]).all()
        sites = [(plate, well, site) for plate in ("P1", "P2") for well in ("A01", "A02", "A03") for site in "12"]
        assert data.obs_names.tolist() == [f"{plate}_{well}_s{site}_{i}" for (plate, well, site), n in zip(sites, counts)
                                           for i in range(n)] and data.obs_names.is_unique
        assert data.var_names.tolist() == ["net_conv1_0", "net_conv1_1", "net_conv2a_0"]
        assert data.var["layer"].tolist() == ["conv1", "conv1", "conv2a"]
        plate = data.obs["Metadata_Plate"]
        assert isinstance(plate.dtype, pd.CategoricalDtype)
        assert plate.tolist() == ["P1"] * sum(counts[:6]) + ["P2"] * sum(counts[6:])
        assert set(data.obs["Metadata_Compound"].cat.categories) == {"DMSO", "taxol, 1", "taxol, 2"}
        y = np.concatenate([100 * i + np.arange(n) for i, n in enumerate(counts)])
        assert np.array_equal(data.obs["Nuclei_Location_Center_Y"], y)
        assert np.array_equal(data.obs["Nuclei_Location_Center_X"], y + 0.25)
        assert np.array_equal(data.obsm["spatial"], np.column_stack([y + 0.25, y])) and data.obsm["spatial"].dtype == np.float32
        dose = data.obs["Metadata_Concentration"]
        assert dose.dtype == np.float64 and np.array_equal(dose.isna(), plate == "P1") and (dose[plate == "P2"] == 0.1).all()
        assert np.array_equal(data.obs["Field_Failed"], failed)
        ours = data.uns["cytoscale"]
        assert json.loads(ours["provenance"]) == {"job": "embed"}
        assert ours["fields"].shape == (12, 5) and ours["fields"]["Metadata_Well"].tolist()[:3] == ["A01", "A01", "A02"]
        assert np.array_equal(np.diff(ours["first_row"]), counts)
        assert set(np.asarray(ours["field_state"])) == {1, 2}
        means = data.obs.groupby("Metadata_Plate", observed=True)["Nuclei_AreaShape_Area"].mean()
        assert np.isclose(means["P1"], np.mean(y[: sum(counts[:6])] + 0.5))
    again = anndata.read_h5ad("embeddings.h5ad")[~failed].copy()
    again.write("subset.h5ad")
    assert anndata.read_h5ad("subset.h5ad").shape == (total - counts[7], 3)
# Two plates of two runs put together: cells keep names of their own.
both = anndata.concat([again[again.obs["Metadata_Plate"] == "P1"], again[again.obs["Metadata_Plate"] == "P2"]])
assert both.obs_names.is_unique and both.obsm["spatial"].shape == (total - counts[7], 2)
print("anndata", anndata.__version__, "opens the embeddings")
