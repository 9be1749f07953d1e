#!/usr/bin/env python3
"""Synchronized batch normalization on 1, 2 and 4 ranks against torch.nn.BatchNorm2d of the joined batch (python3-torch,
float64): output, gradients of input, weight and bias, running statistics, to 1e-5.

usage: test_sync_norm.py SYNC_NORM_PROBE
"""
import os
import pathlib
import subprocess
import sys

import oracle
from oracle import np, torch

SHAPE = (11, 5, 6, 4)  # eleven cells: the ranks' parts are unequal
torch.manual_seed(3)


def write(name, tensor):
    tensor.detach().numpy().astype(np.float32).tofile(name + ".f32")


def read(name, shape):
    return torch.from_numpy(np.fromfile(name + ".f32", np.float32).reshape(shape)).double()


values = {"input": torch.randn(SHAPE) * 3 + torch.arange(5.0).view(1, 5, 1, 1) * 10, "output_gradient": torch.randn(SHAPE),
          "weight": torch.randn(5), "bias": torch.randn(5)}
for name, tensor in values.items():
    write(name, tensor)
norm = torch.nn.BatchNorm2d(5).double()
norm.weight.data, norm.bias.data = values["weight"].double(), values["bias"].double()
inputs = values["input"].double().requires_grad_()
for _ in range(2):
    inputs.grad = norm.weight.grad = norm.bias.grad = None
    output = norm(inputs)
    output.backward(values["output_gradient"].double())
expected = {"output": output, "input_gradient": inputs.grad, "weight_gradient": norm.weight.grad,
            "bias_gradient": norm.bias.grad, "running_mean": norm.running_mean, "running_var": norm.running_var}

mpirun = os.environ.get("CYTOSCALE_MPIRUN", "mpirun --oversubscribe").split()
bad = 0
for ranks in (1, 2, 4):
    for old in list(expected):
        for path in pathlib.Path(".").glob(old + ".*f32"):
            path.unlink()
    subprocess.run([*mpirun, "-n", str(ranks), sys.argv[1], ".", *map(str, SHAPE)], check=True, timeout=60)
    for name, theirs in expected.items():
        if name in ("output", "input_gradient"):
            parts = [read(f"{name}.{rank}", (-1, *SHAPE[1:])) for rank in range(ranks)]
            assert ranks == 1 or len({len(part) for part in parts}) == 2, "the parts are equal"
            mine = torch.cat(parts)
        else:
            mine = read(name, (5,))
        error = float((mine - theirs).abs().max() / theirs.abs().max())
        print(f"{ranks} ranks: {name} differs by {error:.1e} of the largest value")
        bad += not error < 1e-5
sys.exit(1 if bad else 0)
