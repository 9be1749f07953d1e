#!/usr/bin/env python3
"""Writes timm_reference.hpp, which test_timm_networks.cpp compares with: features of timm's networks whose weights and
crops are functions of their names, so that the test needs no Python. Made with timm 1.0 and PyTorch 2.

usage: make_timm_reference.py > timm_reference.hpp
"""
import numpy as np
import torch

import timm_networks

# Name, channels, height, width, layers.
CASES = [("efficientnet_b0", 2, 40, 56, ["stem", "block1a", "block2b_activation", "block6a_activation", "block7a", "pool5"]),
         ("tf_efficientnet_b0", 1, 39, 40, ["stem", "block2a", "block6a_activation", "pool5"]),
         ("vit_small_patch16_224", 1, 48, 64, ["block1_mean", "block7_cls", "mean", "cls"]),
         ("vit_tiny_patch8_dinov2_128", 5, 32, 32, ["block1_cls", "block12_mean", "mean", "cls"]),
         ("vit_tiny_patch14_reg4_dinov2", 3, 56, 42, ["block2_mean", "mean", "cls"])]


def hash_of(name):
    """FNV-1a, 32 bits."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def uniform(name, count):
    """In [0, 1): SplitMix64's finalizer over the name's hash and the index."""
    x = np.arange(count, dtype=np.uint64) + (np.uint64(hash_of(name)) << np.uint64(32))
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(40)).astype(np.float64) / 2**24


def values(name, shape):
    u = uniform(name, int(np.prod(shape)))
    if name.endswith("running_var") or (len(shape) == 1 and name.endswith(("weight", "gamma"))):
        return 0.5 + u
    if len(shape) == 1:
        return 0.4 * (u - 0.5)
    if len(shape) == 3:
        return u - 0.5
    return (u - 0.5) * 2 * np.sqrt(3 / np.prod(shape[1:]))


def filled(model):
    weights = {name: torch.from_numpy(values(name, tuple(tensor.shape)).astype(np.float32).reshape(tensor.shape))
               for name, tensor in model.state_dict().items() if tensor.is_floating_point()}
    model.load_state_dict(weights, strict=False)
    return model


def main():
    print("// Made by make_timm_reference.py: the first two features of a layer, its last one and the norm of all.\n"
          "#pragma once\n\n"
          "namespace cytoscale::network {\n\n"
          "struct TimmLayer {\n  const char *architecture, *layer;\n  int channels, height, width;\n"
          "  double first, second, last, norm;\n};\n\ninline constexpr TimmLayer timm_layers[] = {")
    for name, channels, height, width, layers in CASES:
        model = filled(timm_networks.network(name, channels))
        shape = (2, channels, height, width)
        crops = torch.from_numpy(uniform("crops", int(np.prod(shape))).astype(np.float32).reshape(shape))
        for layer, row in timm_networks.features(model, crops):
            row = row[1].double()
            if layer in layers:
                print(f'    {{"{name}", "{layer}", {channels}, {height}, {width}, {row[0]:.7g}, {row[1]:.7g}, '
                      f'{row[-1]:.7g}, {row.norm():.7g}}},')
    print("};\n\n}  // namespace cytoscale::network")


main()
