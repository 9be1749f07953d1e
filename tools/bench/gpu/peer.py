#!/usr/bin/env python3
"""What PyTorch does by itself on this device: ResNet18 forward to conv4a and pool5, training steps, feeding from the host.

usage: peer.py gpu|host|compile OUT.json [--channels 5] [--px 128] [--labels 65] [--seconds 0.4] [--device cuda]

Each result is printed at once and kept in OUT.json, so that a time limit loses nothing but what had not begun.
"""
import argparse
import json
import time

import torch

import resnet

parser = argparse.ArgumentParser()
parser.add_argument("part", choices=["gpu", "host", "compile"])
parser.add_argument("out")
parser.add_argument("--channels", type=int, default=5)
parser.add_argument("--px", type=int, default=128)
parser.add_argument("--labels", type=int, default=65)
parser.add_argument("--seconds", type=float, default=0.4)
parser.add_argument("--device", default="cuda")
parser.add_argument("--batches", default="64,256,1024")
parser.add_argument("--pool", type=int, default=4096, help="crops in host memory")
options = parser.parse_args()
DEVICE, CUDA = options.device, options.device == "cuda"
BATCHES = [int(batch) for batch in options.batches.split(",")]
results = []


def synchronize():
    if CUDA:
        torch.cuda.synchronize()


def rate(step, per_step):
    """Units by second of step(), after a warm-up."""
    for _ in range(3):
        step()
    synchronize()
    begun = time.perf_counter()
    step()
    synchronize()
    count = max(3, int(options.seconds / max(1e-6, time.perf_counter() - begun)))
    begun = time.perf_counter()
    for _ in range(count):
        step()
    synchronize()
    return count * per_step / (time.perf_counter() - begun)


def tell(what, measure, unit="cells/s"):
    """One that fails does not end the rest."""
    try:
        value = measure()
    except Exception as problem:
        print(f"peer FAILED {what}: {type(problem).__name__}: {str(problem)[:300]}", flush=True)
        return
    results.append({"what": what, "value": value, "unit": unit})
    print(f"peer {what:<64} {value:12,.1f} {unit}", flush=True)
    with open(options.out, "w") as file:
        json.dump(results, file)


def crops(count, kind=torch.float32):
    return torch.rand(count, options.channels, options.px, options.px, device=DEVICE).to(kind).to(memory_format=torch.channels_last)


def allow_tf32(allowed):
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = allowed


def encoder(layer, kind):
    return resnet.network(options.channels, layer).to(DEVICE).to(kind).to(memory_format=torch.channels_last).eval()


def forward(layer, mode, batch, graph):
    allow_tf32(mode == "tf32")
    kind = torch.bfloat16 if mode == "bf16" else torch.float32
    model, pictures = encoder(layer, kind), crops(batch, kind)

    def step():
        with torch.inference_mode():
            model(pictures)
    return rate(resnet.captured(step) if graph else step, batch)


def train_step(batch, mode, shards=1):
    allow_tf32(mode == "tf32")
    model = resnet.network(options.channels, "pool5", options.labels).to(DEVICE).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=CUDA, capturable=CUDA)
    labels = torch.randint(0, options.labels, (batch,), device=DEVICE)
    part = batch // shards

    def step(pictures):
        optimizer.zero_grad(set_to_none=True)
        for first in range(0, batch, part):
            with torch.autocast(DEVICE, torch.bfloat16, enabled=mode == "bf16"):
                answers = model(pictures[first:first + part]).float()
            loss = torch.nn.functional.cross_entropy(answers, labels[first:first + part], reduction="sum") / batch
            loss.backward()
        optimizer.step()
    return step


def train(batch, mode, shards=1, graph=False):
    step, pictures = train_step(batch, mode, shards), crops(batch)
    return rate(resnet.captured(lambda: step(pictures)) if graph else lambda: step(pictures), batch)


def on_gpu():
    for layer in resnet.BLOCKS:
        for mode in ("bf16", "tf32", "fp32"):
            for batch in BATCHES if mode != "fp32" else BATCHES[:1]:
                for graph in (False, True) if CUDA else (False,):
                    tell(f"forward {layer} {mode} batch {batch}{' graph' if graph else ''}", lambda: forward(layer, mode, batch, graph))
    for mode in ("bf16", "tf32"):
        for batch in BATCHES[:2]:
            for graph in (False, True) if CUDA else (False,):
                tell(f"train {mode} batch {batch}{' graph' if graph else ''}", lambda: train(batch, mode, graph=graph))
    tell("train bf16 batch 64 as 4 shards of 16", lambda: train(64, "bf16", 4))


def copies():
    values = 256 * options.channels * options.px * options.px
    size = 4 * values / 1e9
    there, here, other = torch.empty(values, device=DEVICE), torch.rand(values), torch.empty(values)
    threads = torch.get_num_threads()
    for count in (1, threads):
        torch.set_num_threads(count)
        tell(f"host to host, {count} threads", lambda: rate(lambda: other.copy_(here), size), "GB/s")
    tell("host to device, pageable", lambda: rate(lambda: there.copy_(here), size), "GB/s")
    tell("device to host, pageable", lambda: rate(lambda: here.copy_(there), size), "GB/s")
    if CUDA:
        pinned = here.pin_memory()
        tell("host to device, pinned", lambda: rate(lambda: there.copy_(pinned, non_blocking=True), size), "GB/s")
        tell("device to host, pinned", lambda: rate(lambda: pinned.copy_(there, non_blocking=True), size), "GB/s")


class Feeder:
    """Crops of 16 bits from pinned memory, rescaled on the device; copies run ahead on a stream of their own."""

    def __init__(self, batch):
        self.batch = batch
        pool = torch.randint(0, 4096, (options.pool, options.channels, options.px, options.px), dtype=torch.int16)
        self.pool = pool.pin_memory() if CUDA else pool
        self.stream = torch.cuda.Stream() if CUDA else None
        self.buffers = [torch.empty((batch, *pool.shape[1:]), dtype=torch.int16, device=DEVICE) for _ in range(3)]
        self.free, self.full = [None] * 3, [None] * 3

    def ask(self, number):
        source, at = self.pool[number * self.batch:(number + 1) * self.batch], number % 3
        if not CUDA:
            self.buffers[at].copy_(source)
            return
        with torch.cuda.stream(self.stream):
            if self.free[at] is not None:
                self.stream.wait_event(self.free[at])
            self.buffers[at].copy_(source, non_blocking=True)
            self.full[at] = self.stream.record_event()

    def run(self, use):
        batches = options.pool // self.batch
        for number in range(min(2, batches)):
            self.ask(number)
        for number in range(batches):
            at = number % 3
            if CUDA:
                torch.cuda.current_stream().wait_event(self.full[at])
            pictures = self.buffers[at].float()
            use(pictures / pictures.amax((2, 3), keepdim=True).clamp_min(1e-6))
            if CUDA:
                self.free[at] = torch.cuda.current_stream().record_event()
            if number + 2 < batches:
                self.ask(number + 2)


def from_host():
    copies()
    batch = min(256, options.pool)
    feeder, fed = Feeder(batch), options.pool // batch * batch
    for layer in resnet.BLOCKS:
        model = encoder(layer, torch.bfloat16)
        out = torch.empty((batch, resnet.features_of(layer)), device=DEVICE)

        def use(pictures):
            with torch.inference_mode():
                out.copy_(model(pictures.to(torch.bfloat16, memory_format=torch.channels_last)))
        tell(f"forward {layer} bf16 {batch}, uint16 from host memory", lambda: rate(lambda: feeder.run(use), fed))
    step = train_step(batch, "bf16")
    tell(f"train bf16 {batch}, uint16 from host memory", lambda: rate(lambda: feeder.run(
        lambda pictures: step(pictures.contiguous(memory_format=torch.channels_last))), fed))


def compiled():
    batch = BATCHES[min(1, len(BATCHES) - 1)]
    for layer in resnet.BLOCKS:
        model, pictures = torch.compile(encoder(layer, torch.bfloat16), mode="reduce-overhead"), crops(batch, torch.bfloat16)

        def step():
            with torch.inference_mode():
                model(pictures)
        tell(f"forward {layer} bf16 batch {batch} torch.compile", lambda: rate(step, batch))
    learn, pictures = torch.compile(train_step(batch, "bf16")), crops(batch)
    tell(f"train bf16 batch {batch} torch.compile", lambda: rate(lambda: learn(pictures), batch))


torch.manual_seed(0)
print(f"peer: PyTorch {torch.__version__}, {torch.cuda.get_device_name() if CUDA else 'CPU'}", flush=True)
{"gpu": on_gpu, "host": from_host, "compile": compiled}[options.part]()
