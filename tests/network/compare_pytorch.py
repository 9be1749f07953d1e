#!/usr/bin/env python3
"""Our encoder against PyTorch (python3-torch, fp32): the same weights file, read here by hand, and a ResNet-18 written here
with plain torch functions must give the same pooled outputs of every layer to 1e-4 relative.

usage: compare_pytorch.py DUMP_FEATURES
"""
import glob
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

CELLS, CHANNELS, CROP = 32, 2, 64
TYPES = {"F32": np.float32, "I64": np.int64}


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        values = np.frombuffer(data[8 + size + first:8 + size + last], TYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def conv_norm(w, x, conv, norm, stride=1):
    kernel = w[conv + ".weight"].shape[-1]
    x = F.conv2d(x, w[conv + ".weight"], stride=stride, padding=kernel // 2)
    return F.batch_norm(x, w[norm + ".running_mean"], w[norm + ".running_var"], w[norm + ".weight"], w[norm + ".bias"])


def layers_of_resnet18(w, x):
    x = F.relu(conv_norm(w, x, "conv1", "bn1", 2))
    outputs = [("conv1", x)]
    x = F.max_pool2d(x, 3, 2, 1)
    for stage in range(4):
        for block in range(2):
            at = f"layer{stage + 1}.{block}."
            stride = 2 if stage and not block else 1
            y = F.relu(conv_norm(w, x, at + "conv1", at + "bn1", stride))
            y = conv_norm(w, y, at + "conv2", at + "bn2")
            if at + "downsample.0.weight" in w:
                x = conv_norm(w, x, at + "downsample.0", at + "downsample.1", stride)
            x = F.relu(x + y)
            outputs.append((f"conv{stage + 2}{'ab'[block]}", x))
    outputs.append(("pool5", F.adaptive_avg_pool2d(x, 1)))
    return outputs


def real_field():
    """A field of the real plate, one file a channel, where real data are at hand."""
    root = os.environ.get("CYTOSCALE_TEST_DATA", "")
    manifest = pathlib.Path(root) / "sbs" / "screen.csv"
    if not root or not manifest.exists():
        return []
    import csv
    with open(manifest, newline="") as file:
        row = next(csv.DictReader(file))
    names = [key[len("FileName_"):] for key in row if key.startswith("FileName_")][:CHANNELS]
    files = []
    for name in names:
        found = glob.glob(str(manifest.parent / "**" / row["FileName_" + name]), recursive=True)
        files += found[:1]
    return files if len(files) == CHANNELS else []


def compare(program, images, what):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder, *images], check=True, timeout=120)
        weights = read_safetensors(pathlib.Path(folder) / "model.safetensors")
        crops = np.fromfile(folder + "/crops.f32", np.float32).reshape(CELLS, CHANNELS, CROP, CROP)
        ours = np.fromfile(folder + "/features.f32", np.float32).reshape(CELLS, -1)
    assert crops.max() == 1.0, "the crops are empty"
    bad, column = 0, 0
    with torch.no_grad():
        for name, output in layers_of_resnet18(weights, torch.from_numpy(crops)):
            theirs = output.mean((2, 3)).numpy()
            mine = ours[:, column:column + theirs.shape[1]]
            column += theirs.shape[1]
            error = np.abs(mine - theirs).max() / np.abs(theirs).max()
            worst = (np.linalg.norm(mine - theirs, axis=1) / np.linalg.norm(theirs, axis=1)).max()
            print(f"{what:8s} {name:7s} largest difference {error:.2e} of the largest value, {worst:.2e} of a cell's norm")
            bad += not (error < 1e-4 and worst < 1e-4)
    assert column == ours.shape[1], (column, ours.shape)
    return bad


def main():
    torch.set_num_threads(2)
    bad = compare(sys.argv[1], [], "painted")
    files = real_field()
    if files:
        bad += compare(sys.argv[1], files, "real")
    else:
        print("no real images: CYTOSCALE_TEST_DATA is not set")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
