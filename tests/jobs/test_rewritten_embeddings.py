#!/usr/bin/env python3
"""reduce gives the same profiles whatever the number of threads, and of embeddings that another program wrote anew: compressed, in
chunks, of other number types and byte orders.

usage: test_rewritten_embeddings.py STORE_PROBE. Environment: CYTOSCALE_PROGRAM (set by CTest).
"""
import os
import pathlib
import shutil
import subprocess
import sys

try:
    import h5py
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

WAYS = {"chunks": {"chunks": (5, 2)}, "deflated": {"compression": "gzip"}, "double": {"dtype": "<f8"}, "big_endian": {"dtype": ">f4"}}


def run(*command):
    done = subprocess.run([str(word) for word in command], timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def profiles(embeddings, *more):
    out = pathlib.Path("profiles.h5ad")
    run(os.environ["CYTOSCALE_PROGRAM"], "reduce", "--output=.", f"--embeddings={embeddings}", f"--profiles={out}",
        "--treatment=Metadata_Compound", "--control=Metadata_Compound=DMSO", "--reduce-normalize=standardize", *more)
    return out.with_suffix(".csv").read_bytes()


run(sys.argv[1], "write-embeddings", "embeddings.h5ad")
expected = profiles("embeddings.h5ad", "--threads=1")
assert expected.count(b"\n") > 5
for threads in (2, 7):
    assert profiles("embeddings.h5ad", f"--threads={threads}") == expected
for way, storage in WAYS.items():
    shutil.copy("embeddings.h5ad", "rewritten.h5ad")
    with h5py.File("rewritten.h5ad", "r+") as file:
        values, marks = file["X"][:], dict(file["X"].attrs)
        del file["X"]
        file.create_dataset("X", data=values, **storage).attrs.update(marks)
    assert profiles("rewritten.h5ad", "--threads=3") == expected, way
print("the same profiles of", ", ".join(WAYS))
