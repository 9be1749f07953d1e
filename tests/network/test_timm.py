#!/usr/bin/env python3
"""Our EfficientNets and Vision Transformers against timm (from PyPI), random weights: the features of every layer differ by
less than a ten-thousandth, for several channels and sizes of crops, from the files that timm's, DINOv2's, Cell-DINO's and
DeepProfiler's users have; wrong ones are refused by name. The lines of docs/networks.md make these files.

usage: test_timm.py NETWORK_PROBE NETWORKS.md
Skipped where no interpreter of CYTOSCALE_TEST_PYTHON has timm.
"""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from interpreters import interpreter_with  # noqa: E402

PACKAGES = ("timm", "torch", "safetensors", "h5py")

if not os.environ.get("CYTOSCALE_WITH_TIMM"):
    python = interpreter_with(PACKAGES)
    if python is None:
        print(f"skipped: no interpreter has {', '.join(PACKAGES)} (CYTOSCALE_TEST_PYTHON)")
        sys.exit(77)
    os.environ["CYTOSCALE_WITH_TIMM"] = "1"
    os.execv(python, [python, *sys.argv])

import h5py  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

import oracle  # noqa: E402
import timm_networks  # noqa: E402

probe, guide = sys.argv[1:]
TOLERANCE = 1e-4


def crops_of(channels, px, cells=3):
    return torch.rand(cells, channels, px, px, generator=torch.Generator().manual_seed(px))


def compare(file, model, channels, px, what):
    crops = crops_of(channels, px)
    mine = oracle.encode(probe, file, crops, encoder="auto")
    assert oracle.compare_layers(mine, timm_networks.features(model, crops), f"{what}, {channels} × {px} px", TOLERANCE) == 0


def saved(model, name="weights.safetensors", **metadata):
    save_file(model.state_dict(), name, metadata={"format": "pt", **metadata})
    return name


def features_are_timms():
    for name, channels, sizes, classes in [("efficientnet_b0", 1, (64, 75), 0), ("efficientnet_b0", 5, (128,), 7),
                                           ("tf_efficientnet_b0", 5, (64, 75), 0),
                                           ("vit_small_patch16_224", 1, (64, 224), 0), ("vit_small_patch16_224", 3, (128,), 9),
                                           ("vit_base_patch16_224", 5, (96,), 0),
                                           ("vit_small_patch14_dinov2", 5, (70, 126), 0),
                                           ("vit_small_patch14_reg4_dinov2", 1, (84,), 0),
                                           ("vit_small_patch8_dinov2_128", 5, (64, 128), 0)]:
        model = timm_networks.trained_looks(timm_networks.network(name, channels, classes))
        file = saved(model, architecture=name)
        for px in sizes:
            compare(file, model, channels, px, name)


def three_channels_are_adapted():
    for name, first, px in (("efficientnet_b0", "conv_stem.weight", 48), ("vit_small_patch16_224", "patch_embed.proj.weight", 48)):
        model = timm_networks.trained_looks(timm_networks.network(name, 3))
        file = saved(model)
        weights = model.state_dict()
        weights[first] = weights[first].mean(1, keepdim=True).repeat(1, 5, 1, 1) * 3 / 5
        wide = timm_networks.network(name, 5)
        wide.load_state_dict(weights)
        compare(file, wide, 5, px, f"{name} for three channels")


def code_of_the_guide(word):
    """The block of Python that has it."""
    return next(block for block in re.findall(r"```python\n(.*?)```", pathlib.Path(guide).read_text(), re.S) if word in block)


def as_cell_dino_has_them(model):
    """Blocks in chunks of four, as the published files of DINOv2's own code."""
    weights = {"mask_token": torch.zeros(1, model.embed_dim)}
    for name, tensor in model.state_dict().items():
        block = re.match(r"blocks\.(\d+)\.", name)
        weights[f"blocks.{int(block[1]) // 3}.{name[7:]}" if block else name] = tensor
    return weights


def published_files_of_cell_dino_are_taken():
    model = timm_networks.trained_looks(timm_networks.network("vit_small_patch8_dinov2_128", 5))
    torch.save(as_cell_dino_has_them(model), "celldino_cp.pth")
    exec(code_of_the_guide("celldino_cp.pth"), {})
    compare("celldino_cp.safetensors", model, 5, 128, "Cell-DINO")


def published_files_of_dinov2_are_taken():
    """With registers they have a position of the class token, which timm adds to the token."""
    model = timm_networks.trained_looks(timm_networks.network("vit_small_patch14_reg4_dinov2", 3))
    weights = as_cell_dino_has_them(model)
    weights["register_tokens"] = weights.pop("reg_token")
    own = torch.rand(1, 1, 384)
    weights["cls_token"] = weights["cls_token"] - own
    weights["pos_embed"] = torch.cat([own, weights["pos_embed"]], 1)
    save_file(weights, "dinov2.safetensors")
    compare("dinov2.safetensors", model, 3, 56, "DINOv2 with registers")


def keras_name(name):
    """Of timm's module, Keras's layer."""
    whole = {"conv_stem": "stem_conv", "bn1": "stem_bn", "conv_head": "top_conv", "bn2": "top_bn"}
    if name in whole:
        return whole[name]
    _, stage, block, part = name.split(".", 3)
    plain = {"conv_pw": "project_conv", "bn1": "bn", "bn2": "project_bn"}
    wide = {"conv_pw": "expand_conv", "bn1": "expand_bn", "bn2": "bn", "conv_pwl": "project_conv", "bn3": "project_bn"}
    both = {"conv_dw": "dwconv", "se.conv_reduce": "se_reduce", "se.conv_expand": "se_expand"}
    return f"block{int(stage) + 1}{'abcd'[int(block)]}_" + {**both, **(plain if stage == "0" else wide)}[part]


def write_as_keras(model, file):
    """Kernels as TensorFlow has them, names as Keras writes them into a file of weights."""
    modules = dict(model.named_modules())
    for name, tensor in model.state_dict().items():
        module, variable = name.rsplit(".", 1)
        if variable == "num_batches_tracked":
            continue
        if module == "classifier":
            layer, tensor = "ClassProb", tensor.t()
            variable = {"weight": "kernel"}.get(variable, variable)
        else:
            layer = keras_name(module)
            norm = isinstance(modules[module], torch.nn.BatchNorm2d)
            if norm:
                variable = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}[variable]
            elif variable == "weight" and module.endswith("conv_dw"):
                variable, tensor = "depthwise_kernel", tensor.permute(2, 3, 0, 1)
            elif variable == "weight":
                variable, tensor = "kernel", tensor.permute(2, 3, 1, 0)
        file[f"{layer}/{layer}/{variable}:0"] = tensor.numpy()


def the_cell_painting_cnn_is_taken():
    model = timm_networks.trained_looks(timm_networks.network("tf_efficientnet_b0", 5, 6))
    for group in ("/", "model_weights"):
        with h5py.File("Cell_Painting_CNN_v1.hdf5", "w") as file:
            write_as_keras(model, file.require_group(group))
        exec(code_of_the_guide("Cell_Painting_CNN_v1.hdf5"), {})
        compare("cell_painting_cnn.safetensors", model, 5, 128, "Cell Painting CNN")


def refused(name, tensors, *words, px=48):
    save_file(tensors, name, metadata={"format": "pt"})
    text = oracle.encode(probe, name, crops_of(3, px), expect=2)
    assert all(word in text for word in words), (words, text)


def bad_weights_are_refused():
    vit, mobile = (timm_networks.network(name, 3).state_dict() for name in ("vit_tiny_patch16_224", "efficientnet_b0"))
    one = torch.zeros(1)
    refused("size.safetensors", vit, "multiples of its patches, 16 px, not 50", "Take 48 or 64 px", px=50)
    refused("missing.safetensors", {k: v for k, v in vit.items() if k != "blocks.3.norm1.bias"}, "missing.safetensors:blocks.3.norm1.bias",
            "lacks", "timm")
    refused("unknown.safetensors", {**vit, "norm_pre.weight": one}, "unknown.safetensors:norm_pre.weight", "no such tensor", "timm")
    refused("shape.safetensors", {**vit, "blocks.0.mlp.fc1.weight": torch.zeros(8, 192)}, ":blocks.0.mlp.fc1.weight", "[8, 192]",
            "[768, 192]")
    refused("deep.safetensors", {k: v for k, v in vit.items() if not k.startswith("blocks.11.")}, "no architecture that we know", "vit_small")
    refused("oblong.safetensors", {**vit, "pos_embed": torch.zeros(1, 198, 192)}, "no architecture that we know")
    refused("prefix.safetensors", {"teacher.backbone." + k: v for k, v in vit.items()}, "prefix 'teacher.backbone.'")
    refused("nan.safetensors", {**vit, "cls_token": torch.full((1, 1, 192), float("nan"))}, ":cls_token", "not finite")
    refused("se.safetensors", {k: v for k, v in mobile.items() if k != "blocks.2.1.se.conv_expand.bias"}, ":blocks.2.1.se.conv_expand.bias",
            "efficientnet_b0")
    refused("torchvision.safetensors", {"features.0.0.weight": torch.zeros(32, 3, 3, 3)}, "from timm")
    text = oracle.encode(probe, saved(timm_networks.network("efficientnet_b0", 3)), crops_of(3, 48), "pool5", expect=2, encoder="onednn")
    assert "does not know efficientnet_b0" in text and "torch" in text, text
    text = oracle.encode(probe, "weights.safetensors", crops_of(3, 48), "conv4a", expect=2)
    assert "no layer 'conv4a'" in text and "block6a_activation" in text, text


torch.set_num_threads(2)
torch.manual_seed(1)
features_are_timms()
three_channels_are_adapted()
published_files_of_cell_dino_are_taken()
published_files_of_dinov2_are_taken()
the_cell_painting_cnn_is_taken()
bad_weights_are_refused()
for made in (*pathlib.Path(".").glob("*.safetensors"), *pathlib.Path(".").glob("*.pth"), *pathlib.Path(".").glob("*.hdf5")):
    os.remove(made)
print("features are timm's")
