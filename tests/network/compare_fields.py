#!/usr/bin/env python3
"""Networks over whole fields against PyTorch (python3-torch): the formulas of Kraus et al. 2016 §3.2 in float64 and autograd's
gradients of them, and in decimal numbers of 400 digits at the extremes; the layers of Kraus et al. §4.2 and Sailem et al. 2017
§2.3 one by one, with our weights by name; signals sent back against autograd, and rectified (Kraus et al. eq. 5) against
transposed convolutions and unpooling written out here.

usage: compare_fields.py FIELD_PROBE
"""
import math
import pathlib
import subprocess
import sys
import tempfile
from decimal import Decimal, getcontext

try:
    import torch
    import torch.nn.functional as F
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from safetensors_file import read_safetensors  # noqa: E402

getcontext().prec = 400
failures = []


def compare(name, ours, theirs, limit=1e-5):
    """To 1e-5 of the largest value: float32 convolutions sum up thousands of products."""
    if ours.shape != theirs.shape:
        failures.append(f"{name}: shapes {tuple(ours.shape)} and {tuple(theirs.shape)}")
        return
    worst = ((ours.double() - theirs.double()).abs().max() / theirs.abs().max().clamp(min=1e-30)).item()
    if not worst < limit:
        failures.append(f"{name} differs by {worst:.1e}")


def pool(kind, z, s, b):
    p = torch.sigmoid(z).flatten(2)
    sigma = torch.sigmoid
    return {
        "noisy-and": lambda: (sigma(s * (p.mean(2) - b)) - sigma(-s * b)) / (sigma(s * (1 - b)) - sigma(-s * b)),
        "noisy-or": lambda: 1 - (1 - p).prod(2),
        "isr": lambda: (p / (1 - p)).sum(2) / (1 + (p / (1 - p)).sum(2)),
        "generalized-mean": lambda: (p ** s).mean(2) ** (1 / s),
        "lse": lambda: (s * p).exp().mean(2).log() / s,
        "mean": lambda: p.mean(2),
        "max": lambda: p.max(2).values,
        "scores-max": lambda: z.flatten(2).max(2).values,
        "scores-mean": lambda: z.flatten(2).mean(2),
        "scores-lse": lambda: (2.5 * z.flatten(2)).exp().mean(2).log() / 2.5,
    }[kind]()


def pools(ours):
    names = sorted({name.split("/")[1] for name in ours if name.startswith("pool/") and name.endswith("/bags")})
    assert len(names) == 7 * 5 + 3, names
    for name in names:
        kind, _, sharpness = name.partition(":")
        z = ours["pool/logits"].double().requires_grad_()
        b = ours["pool/threshold"].double().requires_grad_()
        bags = pool(kind, z, float(sharpness or 0), b)
        (bags * ours["pool/weights"]).sum().backward()
        compare(f"{name} bags", ours[f"pool/{name}/bags"], bags)
        compare(f"{name} gradient", ours[f"pool/{name}/gradient"], z.grad)
        if kind == "noisy-and":
            compare(f"{name} gradient of b", ours[f"pool/{name}/threshold_gradient"], b.grad)


def exact_log_odds(kind, z, s, b):
    """Of one bag, by the formulas as they stand, in decimal numbers of 400 digits."""
    z, s, b, one = [Decimal(v) for v in z], Decimal(s), Decimal(b), Decimal(1)
    sigma = lambda x: one / (one + (-x).exp())  # noqa: E731
    p = [sigma(v) for v in z]
    n = len(p)
    if kind == "noisy-and":
        bag = (sigma(s * (sum(p) / n - b)) - sigma(-s * b)) / (sigma(s * (1 - b)) - sigma(-s * b))
    elif kind == "noisy-or":
        bag = one - math.prod([one - v for v in p], start=one)
    elif kind == "isr":
        ratio = sum(v / (one - v) for v in p)
        bag = ratio / (one + ratio)
    elif kind == "generalized-mean":
        bag = (sum(v ** s for v in p) / n) ** (one / s)
    elif kind == "lse":
        bag = (sum((s * v).exp() for v in p) / n).ln() / s
    else:
        bag = {"mean": sum(p) / n, "max": max(p)}[kind]
    return bag.ln() - (one - bag).ln()


def extremes(ours):
    """Values, and gradients by central differences, where P and 1 − P are down to 1e-80."""
    bags = ours["extreme/logits"].flatten(1).double().tolist()
    names = sorted({name.split("/")[1] for name in ours if name.startswith("extreme/") and name.endswith("/gradient")})
    assert len(names) == 7 * 3, names
    step = Decimal(10) ** -40
    b = torch.tensor(0.4).item()  # as a float32 has it
    for name in names:
        kind, _, sharpness = name.partition(":")
        at = lambda z: exact_log_odds(kind, z, float(sharpness), b)  # noqa: E731
        odds, gradients = [], []
        for bag in bags:
            z = [Decimal(v) for v in bag]
            odds.append(float(at(z)))
            moved = [[v + sign * step * (i == j) for i, v in enumerate(z)] for j in range(len(z)) for sign in (1, -1)]
            values = [at(v) for v in moved]
            gradients.append([float((up - down) / (2 * step)) for up, down in zip(values[::2], values[1::2])])
        for row in range(len(bags)):  # each bag to its own scale
            compare(f"{name} log-odds of bag {row}", ours[f"extreme/{name}/log_odds"][row, 0], torch.tensor(odds[row]))
            compare(f"{name} gradient of log-odds of bag {row}", ours[f"extreme/{name}/gradient"][row].flatten(),
                    torch.tensor(gradients[row]))


def layers_of(name):
    """(weights' name, padding, pool) of each convolution."""
    if name.startswith("mil_cnn"):
        return [("conv1", 1, False), ("conv2", 1, True), ("conv3", 2, True), ("conv4", 1, True), ("conv5", 1, True),
                ("conv6", 0, False)]
    return [("conv1", 0, True), ("conv2", 0, True)] + [(f"conv{i}", 1, True) for i in range(3, int(name[5]))]


def pooled(name, x):
    if name.startswith("wscnn"):
        return F.max_pool2d(x, 2)
    return F.max_pool2d(x, (min(3, x.shape[2]), min(3, x.shape[3])), 2)


def unit(name, weights, layer, x, padding):
    if name.startswith("mil_cnn"):
        return F.conv2d(x, weights[layer + ".weight"], weights[layer + ".bias"], padding=padding)
    x = F.conv2d(x, weights[layer + ".weight"], None, padding=padding)
    norm = layer.replace("conv", "bn")
    return F.batch_norm(x, weights[norm + ".running_mean"], weights[norm + ".running_var"], weights[norm + ".weight"],
                        weights[norm + ".bias"], False, 0, 1e-5)


def forward(name, weights, x):
    kept = []  # what the rectified pass needs: each function's input, and the function
    def apply(function, x):
        kept.append((function, x))
        return function(x)
    if name.startswith("mil_cnn"):
        x = apply(lambda x: F.avg_pool2d(x, 3), x)
    for layer, padding, has_pool in layers_of(name):
        x = apply(lambda x, layer=layer, padding=padding: unit(name, weights, layer, x, padding), x)
        x = apply(F.relu, x)
        if has_pool:
            x = apply(lambda x: pooled(name, x), x)
    padding = 0 if name.startswith("mil_cnn") else 1
    x = apply(lambda x: F.conv2d(x, weights["maps.weight"], weights["maps.bias"], padding=padding), x)
    return x, kept


def rectified(kept, signal):
    for function, x in reversed(kept):
        x = x.detach().requires_grad_()
        signal = torch.autograd.grad(function(x), x, signal)[0].clamp(min=0)
    return signal


def decide(name, weights, maps):
    if name == "wscnn4_fc":
        bags = maps.flatten(1)
    elif name == "mil_cnn":
        bags = pool("noisy-and", maps.double(), 10, weights["pool.threshold"].double())
    else:
        kind = {"mil_cnn_cell": "lse", "wscnn4": "scores-max", "wscnn6": "scores-mean"}[name]
        bags = pool(kind, maps.double(), 2.5, None)
    if "fc.weight" not in weights:
        return bags, bags
    return bags, F.linear(bags.float(), weights["fc.weight"], weights["fc.bias"])


def network(ours, name):
    mine = {key[len(name) + 1:]: value for key, value in ours.items() if key.startswith(name + "/")}
    weights = {key[len("weights/"):]: value for key, value in mine.items() if key.startswith("weights/")}
    fields = mine["fields"].clone().requires_grad_()
    maps, kept = forward(name, weights, fields)
    bags, logits = decide(name, weights, maps)
    compare(f"{name} maps", mine["maps"], maps)
    compare(f"{name} bags", mine["bags"], bags)
    compare(f"{name} logits", mine["logits"], logits)
    compare(f"{name} classified", mine["classified"], logits)
    compare(f"{name} features", mine["last_features"], kept[-1][1].mean((2, 3)))
    compare(f"{name} gradient", mine["gradient"], torch.autograd.grad(maps, fields, mine["signal"])[0])
    compare(f"{name} rectified", mine["rectified"], rectified(kept, mine["signal"]))
    print(name, "maps of", tuple(maps.shape))


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "fields.safetensors"
        subprocess.run([sys.argv[1], str(path)], check=True)
        ours = read_safetensors(path)
    pools(ours)
    extremes(ours)
    for name, places in {"mil_cnn": (3, 2), "mil_cnn_cell": (1, 1), "wscnn4": (8, 12), "wscnn4_fc": (8, 12), "wscnn6": (2, 4)}.items():
        network(ours, name)
        if tuple(ours[name + "/maps"].shape[2:]) != places:
            failures.append(f"{name}: maps of {tuple(ours[name + '/maps'].shape)}")
    if failures:
        sys.exit("\n".join(failures))


main()
