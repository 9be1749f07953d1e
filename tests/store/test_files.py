"""h5py opens the cell table without our code; numpy reads our safetensors. Argument: the store_probe program."""
import json
import struct
import subprocess
import sys

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

probe = sys.argv[1]

subprocess.run([probe, "write-cells", "cells.h5"], check=True, timeout=30)
with h5py.File("cells.h5", "r") as f:
    assert f.attrs["format"] == "cytoscale cell table" and json.loads(f.attrs["provenance"]) == {"job": "segment"}
    assert f["channels"].asstr()[()].tolist() == ["DNA", "Actin"]
    first = f["fields/first_cell"][()]
    counts = [0 if i % 5 == 4 else 7 * i % 11 for i in range(12)]
    assert np.array_equal(np.diff(first), counts), first
    assert f["fields/plate"].asstr()[()].tolist() == ["P1"] * 6 + ["P2"] * 6
    assert f["fields/well"].asstr()[0:3].tolist() == ["A01", "A01", "A02"]
    y = np.concatenate([100 * i + np.arange(n) for i, n in enumerate(counts)])
    assert np.array_equal(f["cells/y"][()], y) and np.array_equal(f["cells/x"][()], y + 0.25)
    assert np.isnan(f["fields/focus_score"][4]).all() and f["fields/focus_score"][3, 1] == 3.125
    assert f["fields/failed"][()].tolist() == [int(i % 5 == 4) for i in range(12)]

# The format as its specification words it, read with numpy alone.
subprocess.run([probe, "write-tensors", "m.safetensors"], check=True, timeout=30)
data = open("m.safetensors", "rb").read()
(size,) = struct.unpack("<Q", data[:8])
header = json.loads(data[8 : 8 + size])
assert size % 8 == 0 and {**header["__metadata__"], "checksums": ""} == {"architecture": "resnet18", "checksums": ""}
begin, end = header["w"]["data_offsets"]
w = np.frombuffer(data[8 + size :][begin:end], "<f4").reshape(header["w"]["shape"])
assert np.array_equal(w, [[1, 2, 3], [4, 5, 6]])
assert header["n"] == {"dtype": "I64", "shape": [], "data_offsets": [0, 8]}
print("h5py and numpy read our files")
