"""The seal read as docs/file-format.md lays it out, without our code: its parts are where h5py says datasets lie, they cover the file, and
its checksums are those of the library xxhash. Argument: the store_probe program."""
import ctypes
import json
import struct
import subprocess
import sys

try:
    import h5py
    import numpy as np

    xxhash = ctypes.CDLL("libxxhash.so.0")
except (ImportError, OSError) as missing:
    print("skipped:", missing)
    sys.exit(77)


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


xxhash.XXH3_128bits.restype, xxhash.XXH3_128bits.argtypes = Hash128, [ctypes.c_char_p, ctypes.c_size_t]
xxhash.XXH3_64bits.restype, xxhash.XXH3_64bits.argtypes = ctypes.c_uint64, [ctypes.c_char_p, ctypes.c_size_t]


def low128(data):
    return xxhash.XXH3_128bits(data, len(data)).low


def sum64(data):
    return xxhash.XXH3_64bits(data, len(data))


def read_seal(data):
    length, check, mark = struct.unpack("<QQ8s", data[-24:])
    text = data[-24 - length:-24]
    assert mark == b"CYTOSEAL" and sum64(text) == check
    return json.loads(text), len(data) - 24 - length


def datasets(path):
    """Of numbers: what text lies where HDF5 follows it into its heaps counts as structure."""
    places = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype != object and item.id.get_storage_size():
            places["/" + name] = (item.id.get_offset(), item.id.get_storage_size())

    with h5py.File(path) as file:
        file.visititems(note)
    return places


def check_parts(path, data):
    seal, end = read_seal(data)
    assert seal["version"] == 1 and seal["bytes"] == end
    at = 0
    for part in seal["parts"]:
        assert part["at"] == at
        at += part["bytes"]
        blocks = range(part["at"], at, seal["block"])
        if not part.get("by_field"):
            assert part["sums"] == [f"{low128(data[b:min(b + seal['block'], at)]):016x}" for b in blocks], part["name"]
    assert at == end
    assert {p["name"]: (p["at"], p["bytes"]) for p in seal["parts"] if p["name"]} == datasets(path)
    return seal


def check_rows(path, data, seal):
    rows = seal["rows"]
    by_field = {part["name"] for part in seal["parts"] if part.get("by_field")}
    assert by_field == {column["name"] for column in rows["columns"]}
    with h5py.File(path) as file:
        sums = file[rows["sums"]][()]
        for field, expected in enumerate(sums):
            found = b""
            for column in rows["columns"]:
                starts = file[column["starts"]][()] if column["starts"] else np.arange(len(sums) + 1)
                found += file[column["name"]][starts[field]:starts[field + 1]].tobytes()
            assert expected == (low128(found) if found else 0), field
        return len(sums)


probe = sys.argv[1]
for kind, name in (("write-embeddings", "e.h5ad"), ("write-embeddings16", "h.h5ad"), ("write-crops", "c.h5"), ("write-crops8", "d.h5"),
                   ("write-cells", "cells.h5"), ("write-anndata", "p.h5ad")):
    subprocess.run([probe, kind, name], check=True, timeout=60)
    with open(name, "rb") as file:
        content = file.read()
    seal = check_parts(name, content)
    assert ("rows" in seal) == (kind != "write-anndata")
    if "rows" in seal:
        assert check_rows(name, content, seal) == 12

# HDF5 cuts the seal off where another program changes the file: it is not taken for one that is as written.
with h5py.File("cells.h5", "r+") as file:
    file["cells/y"][0] += 1
assert open("cells.h5", "rb").read()[-8:] != b"CYTOSEAL"

# Those of tensors.
subprocess.run([probe, "write-tensors", "m.safetensors"], check=True, timeout=60)
with open("m.safetensors", "rb") as file:
    content = file.read()
(size,) = struct.unpack("<Q", content[:8])
header = json.loads(content[8:8 + size])
sums = json.loads(header["__metadata__"]["checksums"])["tensors"]
for name in ("w", "n"):
    begin, end = header[name]["data_offsets"]
    assert sums[name] == f"{sum64(content[8 + size + begin:8 + size + end]):016x}", name
print("the seals are as documented")
