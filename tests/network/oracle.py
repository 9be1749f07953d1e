"""What the tests of this folder share: torchvision's networks as the oracle."""
import pathlib
import subprocess
import sys

try:
    import numpy as np
    import torch
    import torchvision
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from safetensors_file import read_safetensors, write_safetensors  # noqa: E402,F401


def network(architecture, channels=3, classes=1000):
    make = getattr(torchvision.models, architecture)
    if architecture.startswith("vgg"):
        model = make(weights=None, num_classes=classes, init_weights=False)
        model.features[0] = torch.nn.Conv2d(channels, 64, 3, padding=1)
    else:
        model = make(weights=None, num_classes=classes)
        model.conv1 = torch.nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
    return model.eval()


def modules_by_layer(model):
    """Caicedo et al. 2018, Fig. 7: the module whose output is the layer."""
    if hasattr(model, "layer1"):
        yield "conv1", model.relu
        for stage in range(1, 5):
            for block, module in enumerate(getattr(model, f"layer{stage}")):
                yield f"conv{stage + 1}{chr(ord('a') + block)}", module
        yield "pool5", model.avgpool
        return
    stage, letter = 1, 0
    for module in model.features:
        if isinstance(module, torch.nn.ReLU):
            yield f"conv{stage}{chr(ord('a') + letter)}", module
            letter += 1
        elif isinstance(module, torch.nn.MaxPool2d):
            stage, letter = stage + 1, 0
    yield "pool5", model.features[-1]
    yield "fc6", model.classifier[1]
    yield "fc7", model.classifier[4]


def features(model, crops):
    """[(layer, values [N][dims])], averaged over pixels."""
    outputs = []

    def keep(name):
        return lambda module, inputs, y: outputs.append((name, (y.mean((2, 3)) if y.dim() == 4 else y).clone()))

    hooks = [module.register_forward_hook(keep(name)) for name, module in modules_by_layer(model)]
    with torch.no_grad():
        model(crops)
    for hook in hooks:
        hook.remove()
    return outputs


def encode(probe, model, crops, layers="all", expect=0, encoder="auto"):
    """Our encoder's features, or what it says when it refuses."""
    crops.numpy().astype(np.float32).tofile("crops.f32")
    done = subprocess.run([probe, "encode", str(model), "crops.f32", str(crops.shape[1]), str(crops.shape[2]), layers,
                           "features.f32", encoder], capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, done
    if expect:
        return done.stderr
    return torch.from_numpy(np.fromfile("features.f32", np.float32).reshape(len(crops), -1))


def worst(mine, theirs):
    """Largest difference, as a part of the largest value and of a cell's norm."""
    return max(float((mine - theirs).abs().max() / theirs.abs().max()),
               float(((mine - theirs).norm(dim=1) / theirs.norm(dim=1)).max()))


def compare_layers(mine, theirs, what, tolerance=1e-5):
    bad, column = 0, 0
    for name, expected in theirs:
        error = worst(mine[:, column:column + expected.shape[1]], expected)
        column += expected.shape[1]
        if error >= tolerance or error != error:
            print(f"{what} {name}: {error:.2e}")
            bad += 1
    assert column == mine.shape[1], (what, column, mine.shape)
    print(f"{what}: {len(theirs)} layers, {column} features, {bad} of the layers differ")
    return bad
