"""Damage to the program's own files: where the data of an HDF5 or safetensors file lie, flipped bytes, changed tensors."""
import json
import struct

import h5py
import numpy as np


def read_tensors(data):
    """Header and start of the data of a safetensors file."""
    size = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + size]), 8 + size


def change_tensor(data, name, change):
    """The file with change(values) in place of a float tensor's values, and without checksums, as another program writes it."""
    header, start = read_tensors(data)
    begin, end = header[name]["data_offsets"]
    values = np.frombuffer(data[start + begin:start + end], "<f4").copy()
    header.get("__metadata__", {}).pop("checksums", None)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data[start:start + begin] + change(values).astype("<f4").tobytes() + data[start + end:]


def data_ranges(path):
    """(first byte, length) of each block of stored numbers of a file, by name."""
    if path.suffix == ".safetensors":
        header, start = read_tensors(path.read_bytes())
        return {name: (start + entry["data_offsets"][0], entry["data_offsets"][1] - entry["data_offsets"][0])
                for name, entry in header.items() if name != "__metadata__" and entry["data_offsets"][1] > entry["data_offsets"][0]}
    ranges = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "iuf" and item.size and item.id.get_offset() is not None:
            ranges[name] = (item.id.get_offset(), item.id.get_storage_size())

    with h5py.File(path) as file:
        file.visititems(note)
    return ranges


def flipped(data, at, bit=0):
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1:]
