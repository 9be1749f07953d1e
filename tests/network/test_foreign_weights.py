#!/usr/bin/env python3
"""Weights in both directions against torchvision (python3-torchvision): the user guide's lines load our model; weights
written from outside (by the safetensors package where it is installed, else from the format's specification) give the
features that torchvision gives with its first convolution inflated by hand; wrong ones are refused by name.

usage: test_foreign_weights.py NETWORK_PROBE USER_GUIDE
"""
import os
import pathlib
import re
import subprocess
import sys
import types

import oracle
from oracle import torch

CHANNELS, CROP = 5, 48
probe, guide = sys.argv[1:]
torch.manual_seed(1)
crops = torch.rand(4, CHANNELS, CROP, CROP)

try:
    from safetensors.torch import load_file, save_file
except ImportError:
    load_file, save_file = oracle.read_safetensors, oracle.write_safetensors
    package = types.ModuleType("safetensors.torch")
    package.load_file, package.save_file = load_file, save_file
    sys.modules.update({"safetensors": types.ModuleType("safetensors"), "safetensors.torch": package})


def trained_looks(model):
    """Statistics and scales that are far from the identity."""
    for name, tensor in model.state_dict().items():
        if name.endswith("running_var") or (name.endswith("weight") and tensor.dim() == 1):
            tensor.uniform_(0.5, 1.5)
        elif name.endswith("running_mean") or name.endswith("bias"):
            tensor.normal_(0, 0.2)
    return model


def the_guide_loads_our_model():
    pathlib.Path("results/model").mkdir(parents=True, exist_ok=True)
    subprocess.run([probe, "weights", "results/model/model.safetensors", "resnet18", "5", "26", str(CROP)], check=True)
    code = re.search(r"```python\n(.*?load_state_dict.*?)```", pathlib.Path(guide).read_text(), re.S).group(1)
    names = {}
    exec(code, names)
    theirs = oracle.features(names["model"].eval(), crops)
    mine = oracle.encode(probe, "results/model", crops)
    assert oracle.compare_layers(mine, theirs, "the user guide's lines") == 0


def weights_from_elsewhere_are_adapted(architecture, dtype=torch.float32):
    model = trained_looks(oracle.network(architecture))
    weights = {name: tensor.to(dtype) if tensor.is_floating_point() else tensor
               for name, tensor in model.state_dict().items()}
    save_file(weights, "rgb.safetensors", metadata={"format": "pt"})
    model.load_state_dict(weights)
    ours = oracle.network(architecture, CHANNELS)
    inflated = dict(model.state_dict())
    inflated["conv1.weight"] = inflated["conv1.weight"].mean(1, keepdim=True).repeat(1, CHANNELS, 1, 1) * 3 / CHANNELS
    ours.load_state_dict(inflated)
    # A gray picture: what the RGB network gives for it, the adapted one gives for equal channels.
    gray = crops[:, :1].contiguous()
    same = [(a, b) for (_, a), (_, b) in zip(oracle.features(ours, gray.repeat(1, CHANNELS, 1, 1)),
                                             oracle.features(model, gray.repeat(1, 3, 1, 1)))]
    assert all(oracle.worst(a, b) < 1e-4 for a, b in same)
    what = f"{architecture} from elsewhere, {dtype}"
    assert oracle.compare_layers(oracle.encode(probe, "rgb.safetensors", crops), oracle.features(ours, crops), what) == 0
    rgb = crops[:, :3].contiguous()
    assert oracle.compare_layers(oracle.encode(probe, "rgb.safetensors", rgb), oracle.features(model, rgb), what) == 0
    return model.state_dict()


def refused(name, tensors, *words):
    save_file(tensors, name, metadata={"format": "pt"})
    text = oracle.encode(probe, name, crops, expect=2)
    assert all(word in text for word in (name, *words)), (words, text)


def without(tensors, *names):
    return {name: tensor for name, tensor in tensors.items() if name not in names}


def bad_weights_are_refused(good):
    one = torch.zeros(1)
    refused("missing.safetensors", without(good, "layer3.1.bn2.running_mean"), ":layer3.1.bn2.running_mean", "lacks")
    refused("unknown.safetensors", {**good, "layer9.weight": one}, ":layer9.weight", "no such tensor")
    refused("shape.safetensors", {**good, "layer2.0.conv1.weight": torch.zeros(8, 8, 3, 3)}, ":layer2.0.conv1.weight",
            "[8, 8, 3, 3]", "[128, 64, 3, 3]")
    refused("type.safetensors", {**good, "bn1.weight": torch.ones(64, dtype=torch.int64)}, ":bn1.weight", "I64", "float32")
    refused("nan.safetensors", {**good, "bn1.bias": torch.full((64,), float("nan"))}, ":bn1.bias", "not finite")
    refused("four.safetensors", {**good, "conv1.weight": torch.zeros(64, 4, 7, 7)}, "4 channels", "--channels")
    refused("prefix.safetensors", {"module." + name: tensor for name, tensor in good.items()}, "prefix 'module.'")
    refused("other.safetensors", {"stem.weight": one}, "no architecture that we know", "resnet50", "vgg16")
    refused("wide.safetensors", without(good, "layer4.1.conv1.weight"), "no architecture that we know")
    features = {f"features.{n}.weight": torch.zeros(1, 1, 3, 3) for n in (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)}
    refused("timm_vgg.safetensors", {**features, "pre_logits.fc1.weight": one}, "timm", "torchvision's VGG")
    whole = pathlib.Path("rgb.safetensors").read_bytes()
    for size in (0, 7, 100, len(whole) // 2, len(whole) - 1):
        pathlib.Path("cut.safetensors").write_bytes(whole[:size])
        assert "cut.safetensors" in oracle.encode(probe, "cut.safetensors", crops, expect=2)
    pathlib.Path("far.safetensors").write_bytes((len(whole)).to_bytes(8, "little") + whole[8:])
    assert "larger than the file" in oracle.encode(probe, "far.safetensors", crops, expect=2)
    torch.save(good, "weights.pth")
    text = oracle.encode(probe, "weights.pth", crops, "", expect=2)
    assert "weights.pth" in text and ".safetensors" in text, text


torch.set_num_threads(2)
the_guide_loads_our_model()
weights_from_elsewhere_are_adapted("resnet50")
weights_from_elsewhere_are_adapted("resnet18", torch.float16)
bad_weights_are_refused(weights_from_elsewhere_are_adapted("resnet18"))
for made in pathlib.Path(".").glob("*.safetensors"):
    os.remove(made)
print("weights go both ways")
