#!/usr/bin/env python3
"""The yardstick for a GPU: how fast PyTorch is where fields, not crops, cross the bus, and the device corrects, cuts, rescales and
augments: (1) features of fields in pinned host memory, (2) training steps on augmented crops of fields that are on the device.

usage: fields.py [--device cuda] [--fields 240] [--size 1024] [--channels 5] [--cells 177] [--px 128] [--tiles 256,1024] [--out FILE]
"""
import argparse
import json
import time

import torch

import resnet

parser = argparse.ArgumentParser()
parser.add_argument("--device", default="cuda")
parser.add_argument("--fields", type=int, default=240)
parser.add_argument("--size", type=int, default=1024)
parser.add_argument("--channels", type=int, default=5)
parser.add_argument("--cells", type=int, default=177, help="of a field")
parser.add_argument("--px", type=int, default=128)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--tiles", default="256,1024")
parser.add_argument("--seconds", type=float, default=2)
parser.add_argument("--out")
options = parser.parse_args()
DEVICE = torch.device(options.device)
CUDA = DEVICE.type == "cuda"
DISTINCT = 8  # fields, used in turn
results = []


def tell(what, value):
    results.append({"what": what, "value": value, "unit": "cells/s"})
    print(f"{what}: {value:,.0f} cells/s", flush=True)
    if options.out:
        with open(options.out, "w") as file:
            json.dump(results, file)


def synchronize():
    if CUDA:
        torch.cuda.synchronize()


class Fields:
    """In host memory, with the places of their cells and the gain on the device."""

    def __init__(self):
        shape = (DISTINCT, options.channels, options.size, options.size)
        self.host = torch.randint(100, 4000, shape, dtype=torch.int16)
        if CUDA:
            self.host = self.host.pin_memory()
        self.places = [torch.randint(0, options.size, (options.cells, 2), device=DEVICE) for _ in range(DISTINCT)]
        self.gain = torch.rand(options.channels, 1, 1, device=DEVICE) * 0.2 + 0.9 + torch.zeros(shape[1:], device=DEVICE)
        self.stream = torch.cuda.Stream() if CUDA else None

    def fetch(self, number):
        """On its way to the device, with the event of its arrival."""
        source = self.host[number % DISTINCT]
        if not CUDA:
            return source.to(DEVICE), None
        with torch.cuda.stream(self.stream):
            field = source.to(DEVICE, non_blocking=True)
            return field, self.stream.record_event()

    def crops(self, field, places):
        """[C][S][S] codes, [n][2] -> [n][C][P][P] bf16, corrected, each channel by its maximum."""
        side = torch.arange(options.px, device=DEVICE)
        padded = torch.nn.functional.pad(field.float() / self.gain, (options.px // 2,) * 4)
        found = padded[:, (places[:, :1] + side)[:, :, None], (places[:, 1:] + side)[:, None, :]].transpose(0, 1)
        found = found / found.amax((2, 3), keepdim=True).clamp_min(1e-6)
        return found.to(torch.bfloat16).contiguous(memory_format=torch.channels_last)


def embed(fields, layer, tile_size):
    model = resnet.network(options.channels, layer).to(DEVICE).to(torch.bfloat16).to(memory_format=torch.channels_last).eval()
    kept = torch.empty(options.fields * options.cells + tile_size, resnet.features_of(layer))
    kept = kept.pin_memory() if CUDA else kept
    tile = torch.zeros(tile_size, options.channels, options.px, options.px, device=DEVICE, dtype=torch.bfloat16)
    tile = tile.contiguous(memory_format=torch.channels_last)
    features = [None]

    def forward():
        features[0] = model(tile).float()
    run = resnet.captured(forward) if CUDA else forward

    def one_round():
        done = fill = 0
        coming = fields.fetch(0)
        for number in range(options.fields):
            (field, arrived), coming = coming, fields.fetch(number + 1)
            if arrived:
                torch.cuda.current_stream().wait_event(arrived)
                field.record_stream(torch.cuda.current_stream())
            crops = fields.crops(field, fields.places[number % DISTINCT])
            while len(crops):
                part = crops[:tile_size - fill]
                tile[fill:fill + len(part)] = part
                fill, crops = fill + len(part), crops[len(part):]
                if fill == tile_size:
                    run()
                    kept[done:done + tile_size].copy_(features[0], non_blocking=True)
                    done, fill = done + tile_size, 0
        return done
    best = 0
    for _ in range(options.rounds):
        synchronize()
        begun = time.perf_counter()
        cells = one_round()
        synchronize()
        best = max(best, cells / (time.perf_counter() - begun))
    return best


class Augmented:
    """Batches out of corrected fields on the device: turned, mirrored, shifted, each channel by its maximum."""

    def __init__(self, fields):
        self.window = int(options.px * 1.42) + 4 & ~1
        resident = (fields.host.to(DEVICE).float() / fields.gain).half()
        self.fields = torch.nn.functional.pad(resident, (self.window // 2,) * 4)
        line = torch.linspace(-1, 1, options.px, device=DEVICE) * options.px / self.window
        ones = torch.ones(options.px, options.px, device=DEVICE)
        self.grid = torch.stack([*torch.meshgrid(line, line, indexing="xy"), ones], -1).view(-1, 3)

    def batch(self, count):
        which, side = torch.randint(0, DISTINCT, (count,), device=DEVICE), torch.arange(self.window, device=DEVICE)
        places = torch.randint(0, options.size, (count, 2), device=DEVICE)
        angle = torch.rand(count, device=DEVICE) * 6.2832
        mirror = torch.where(torch.rand(count, device=DEVICE) < 0.5, -1.0, 1.0)
        shift = (torch.rand(count, 2, device=DEVICE) - 0.5) * 8 / self.window
        rows, columns = (places[:, :1] + side)[:, :, None], (places[:, 1:] + side)[:, None, :]
        windows = self.fields[which[:, None, None], :, rows, columns].permute(0, 3, 1, 2)
        matrix = torch.stack([torch.stack([mirror * angle.cos(), -angle.sin(), shift[:, 0]], 1),
                              torch.stack([mirror * angle.sin(), angle.cos(), shift[:, 1]], 1)], 1)
        grid = (self.grid @ matrix.transpose(1, 2)).view(count, options.px, options.px, 2)
        crops = torch.nn.functional.grid_sample(windows.float(), grid, align_corners=True)
        crops = crops / crops.amax((2, 3), keepdim=True).clamp_min(1e-6)
        return crops.contiguous(memory_format=torch.channels_last), torch.randint(0, 100, (count,), device=DEVICE)


def rate(step, batch):
    step()
    synchronize()
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < options.seconds:
        step()
        count += 1
    synchronize()
    return count * batch / (time.perf_counter() - begun)


def train(source, batch):
    model = resnet.network(options.channels, "pool5", 100).to(DEVICE).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, fused=CUDA, capturable=CUDA)

    def step():
        crops, labels = source.batch(batch)
        with torch.autocast(DEVICE.type, torch.bfloat16):
            answers = model(crops)
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(answers.float(), labels).backward()
        optimizer.step()
    tell(f"train bf16 from fields on the device, batch {batch}", rate(step, batch))
    if CUDA:
        tell(f"train bf16 from fields on the device, batch {batch}, graph", rate(resnet.captured(step), batch))
    tell(f"batches of {batch} alone", rate(lambda: source.batch(batch), batch))


torch.manual_seed(0)
all_fields = Fields()
with torch.inference_mode():
    for layer in resnet.BLOCKS:
        for size in options.tiles.split(","):
            tell(f"embed {layer} bf16 from fields, tile {size}", embed(all_fields, layer, int(size)))
for size in (64, 256):
    train(Augmented(all_fields), size)
