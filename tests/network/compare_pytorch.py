#!/usr/bin/env python3
"""Our encoders against torchvision (python3-torchvision, fp32): a weights file of ours, read here from the format's
specification, fits torchvision's network name by name, and gives the same pooled outputs of every layer to 1e-5.

usage: compare_pytorch.py NETWORK_PROBE ARCHITECTURE[:CELLS:CROP_PX] ...
"""
import csv
import glob
import os
import pathlib
import subprocess
import sys

import oracle

CHANNELS, CROP = 2, 64


def real_field():
    """A field of the real plate, one file a channel, where real data are at hand."""
    root = os.environ.get("CYTOSCALE_TEST_DATA", "")
    manifest = pathlib.Path(root) / "sbs" / "screen.csv"
    if not root or not manifest.exists():
        return []
    with open(manifest, newline="") as file:
        row = next(csv.DictReader(file))
    names = [key[len("FileName_"):] for key in row if key.startswith("FileName_")][:CHANNELS]
    files = []
    for name in names:
        found = glob.glob(str(manifest.parent / "**" / row["FileName_" + name]), recursive=True)
        files += found[:1]
    return files if len(files) == CHANNELS else []


def crops_of(probe, images):
    subprocess.run([probe, "crops", "field.f32", *images], check=True, timeout=60)
    crops = oracle.np.fromfile("field.f32", oracle.np.float32).reshape(-1, CHANNELS, CROP, CROP)
    assert crops.max() == 1.0, "the crops are empty"
    return oracle.torch.from_numpy(crops)


def main():
    probe, wanted = sys.argv[1], sys.argv[2:]
    oracle.torch.set_num_threads(2)
    pictures = {"painted": crops_of(probe, [])}
    if real_field():
        pictures["real"] = crops_of(probe, real_field())
    else:
        print("no real images: CYTOSCALE_TEST_DATA is not set")
    bad = 0
    for word in wanted:
        architecture, cells, size = (word.split(":") + [32, CROP])[:3]
        subprocess.run([probe, "weights", "model.safetensors", architecture, str(CHANNELS), "7", str(size)], check=True,
                       timeout=120)
        model = oracle.network(architecture, CHANNELS, 7)
        model.load_state_dict(oracle.read_safetensors("model.safetensors"), strict=True)
        for what, crops in pictures.items():
            crops = crops[:int(cells), :, :int(size), :int(size)].contiguous()
            theirs = oracle.features(model, crops)
            for encoder in ("torch", "onednn"):
                some = [(name, values) for name, values in theirs if encoder == "torch" or not name.startswith("fc")]
                layers = ",".join(name for name, _ in some)
                bad += oracle.compare_layers(oracle.encode(probe, "model.safetensors", crops, layers, encoder=encoder), some,
                                             f"{architecture}, {what} crops, {encoder}")
    os.remove("model.safetensors")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
