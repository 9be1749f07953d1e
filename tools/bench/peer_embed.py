#!/usr/bin/python3
"""What a user of Python would write in place of `cytoscale embed`, for tools/bench/compare: fields -> nuclei -> crops -> ResNet18 to
conv4a -> HDF5, with tifffile, scikit-image, PyTorch and h5py, a process for each processor and batches of 64 that fill across fields.

usage: peer_embed.py --fields fields.json --out out.h5 [--precision fp32]

fields.json: a list of fields, each a list of files, one for each channel; nuclei are seen in the last. Prints a JSON line; the
seconds are from the first read to the closed file.
"""
import argparse
import json
import multiprocessing
import os
import time

CROP, BATCH = 128, 64


def crops_of(files):
    import numpy
    import tifffile
    from skimage import filters, measure
    planes = numpy.stack([tifffile.imread(file) for file in files]).astype(numpy.float32)
    smooth = filters.gaussian(planes[-1], 1)
    nuclei = [region for region in measure.regionprops(measure.label(smooth > filters.threshold_otsu(smooth))) if region.area >= 50]
    half = CROP // 2
    padded = numpy.pad(planes, ((0, 0), (half, half), (half, half)))
    crops = numpy.zeros((len(nuclei), len(files), CROP, CROP), numpy.float32)
    for crop, nucleus in zip(crops, nuclei):
        y, x = (int(round(value)) for value in nucleus.centroid)
        crop[:] = padded[:, y:y + CROP, x:x + CROP]
    top = crops.max(axis=(2, 3), keepdims=True)
    return crops / numpy.where(top > 0, top, 1)


def work(task):
    fields, precision = task
    import numpy
    import resnet
    import torch
    torch.set_num_threads(1)
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    torch.manual_seed(0)
    model = resnet.network(len(fields[0]), "conv4a", normalized=True).eval().to(kind).to(memory_format=torch.channels_last)
    features, waiting = [], numpy.zeros((0, len(fields[0]), CROP, CROP), numpy.float32)

    def embed(crops):
        with torch.inference_mode():
            tensor = torch.from_numpy(crops).to(kind).contiguous(memory_format=torch.channels_last)
            features.append(model(tensor).float().numpy())

    for files in fields:
        waiting = numpy.concatenate([waiting, crops_of(files)])
        while len(waiting) >= BATCH:
            embed(waiting[:BATCH])
            waiting = waiting[BATCH:]
    if len(waiting):
        embed(waiting)
    return numpy.concatenate(features)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fields", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    options = parser.parse_args()
    with open(options.fields) as file:
        fields = json.load(file)
    import h5py
    import numpy
    import torch
    count = os.cpu_count()
    begun = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(count) as pool:
        parts = pool.map(work, [(fields[rank::count], options.precision) for rank in range(count)], chunksize=1)
    features = numpy.concatenate(parts)
    with h5py.File(options.out, "w") as file:
        file["X"] = features
    seconds = time.perf_counter() - begun
    print(json.dumps({"cells": len(features), "seconds": round(seconds, 2), "per_s": round(len(features) / seconds, 1),
                      "library": f"PyTorch {torch.__version__}"}))


if __name__ == "__main__":
    main()
