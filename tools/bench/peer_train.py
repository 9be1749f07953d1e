#!/usr/bin/python3
"""What a user of Python would write in place of `cytoscale train`, for tools/bench/compare: windows of a crop store -> turned, mirrored
and shifted crops, each channel by its maximum -> ResNet18 and AdamW, with h5py, numpy and PyTorch, on one process with many threads
or on several by DistributedDataParallel.

usage: peer_train.py --crops crops.h5 --labels labels.json [--steps 60] [--processes 1] [--threads 2] [--precision fp32]

labels.json: the label of each field, in the store's order. Prints a JSON line: cells by second of each sixth of the steps but the
first and the last.
"""
import argparse
import json
import math
import os
import statistics
import tempfile
import time

CROP, BATCH, SHIFT = 128, 64, 4


class Crops:
    """Random crops of a store whose pixels are mapped into memory."""

    def __init__(self, path, labels):
        import h5py
        import numpy
        with h5py.File(path) as file:
            pixels = file["pixels"]
            self.windows = numpy.memmap(path, pixels.dtype, "r", pixels.id.get_offset(), pixels.shape)
            self.scaling = file["scaling"][:]
            first = file["first_row"][:]
        names = sorted(set(labels))
        self.labels = numpy.repeat([names.index(label) for label in labels], numpy.diff(first))
        self.cells_of = [numpy.flatnonzero(self.labels == label) for label in range(len(names))]
        self.cells_of = [cells for cells in self.cells_of if len(cells)]

    def batch(self, count, random):
        """A label, then a cell of it; the crop turned by any angle, mirrored, shifted and rescaled."""
        import numpy
        import torch
        cells = numpy.array([random.choice(self.cells_of[random.integers(len(self.cells_of))]) for _ in range(count)])
        scaling = torch.from_numpy(self.scaling[cells])[..., None, None]
        windows = torch.from_numpy(self.windows[cells].astype(numpy.float32)) * scaling[:, :, 1] + scaling[:, :, 0]
        angle = torch.from_numpy(random.uniform(0, 2 * math.pi, count))
        mirror_x, mirror_y = (torch.from_numpy(random.integers(0, 2, count) * 2.0 - 1) for _ in range(2))
        shift = torch.from_numpy(random.uniform(-SHIFT, SHIFT, (count, 2)))
        side, zoom = windows.shape[-1], CROP / windows.shape[-1]
        rows = torch.stack([torch.stack([angle.cos() * mirror_x * zoom, -angle.sin() * mirror_y * zoom, 2 * shift[:, 0] / side], 1),
                            torch.stack([angle.sin() * mirror_x * zoom, angle.cos() * mirror_y * zoom, 2 * shift[:, 1] / side], 1)], 1)
        grid = torch.nn.functional.affine_grid(rows.float(), (count, windows.shape[1], CROP, CROP), align_corners=False)
        crops = torch.nn.functional.grid_sample(windows, grid, align_corners=False)
        crops = crops / crops.amax((2, 3), keepdim=True).clamp_min(1e-6)
        return crops.contiguous(memory_format=torch.channels_last), torch.from_numpy(self.labels[cells])


def work(rank, options, meeting):
    import numpy
    import resnet
    import torch
    torch.set_num_threads(options.threads)
    with open(options.labels) as file:
        crops = Crops(options.crops, json.load(file))
    torch.manual_seed(0)
    model = resnet.network(crops.windows.shape[1], "pool5", len(crops.cells_of)).to(memory_format=torch.channels_last).train()
    if options.processes > 1:
        torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=options.processes)
        model = torch.nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-4)
    random = numpy.random.default_rng(rank)
    part, rates = options.steps // 6, []
    for _ in range(6):
        begun = time.perf_counter()
        for _ in range(part):
            pictures, labels = crops.batch(BATCH // options.processes, random)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16"):
                loss = torch.nn.functional.cross_entropy(model(pictures).float(), labels)
            loss.backward()
            optimizer.step()
        rates.append(part * BATCH / (time.perf_counter() - begun))
    if rank == 0:
        rate = statistics.median(rates[1:-1])
        print(json.dumps({"cells": 6 * part * BATCH, "per_s": round(rate, 1), "loss": round(loss.item(), 3),
                          "layout": f"{options.processes} x {options.threads}", "library": f"PyTorch {torch.__version__}"}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--crops", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    options = parser.parse_args()
    if options.processes == 1:
        work(0, options, None)
        return
    import torch.multiprocessing
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (options, os.path.join(folder, "meeting")), options.processes)


if __name__ == "__main__":
    main()
