"""What the tests against timm share: its networks (from PyPI, random weights) and their layers."""
import timm
import torch

VIT = {"tiny": (192, 12, 3), "small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16)}


def network(name, channels, classes=0):
    """By our name, which is timm's where timm has it; other sizes are put together as timm would."""
    if timm.is_model(name):
        options = {"dynamic_img_size": True} if name.startswith("vit") else {}
        return timm.create_model(name, in_chans=channels, num_classes=classes, **options).eval()
    kind, size, patch, *rest = name.split("_")
    assert kind == "vit", name
    width, depth, heads = VIT[size]
    registers = int(rest.pop(0)[3:]) if rest[0].startswith("reg") else 0
    options = {"init_values": 1e-5} if rest[0] == "dinov2" else {}
    return timm.models.vision_transformer.VisionTransformer(
        img_size=518 if rest[-1] == "dinov2" else int(rest[-1]), patch_size=int(patch[5:]), in_chans=channels, num_classes=classes, embed_dim=width,
        depth=depth, num_heads=heads, reg_tokens=registers, no_embed_class=registers > 0, dynamic_img_size=True,
        **options).eval()


def features(model, crops):
    """[(layer, values [N][dims])] of all layers, in our order."""
    with torch.no_grad():
        return tokens(model, crops) if hasattr(model, "pos_embed") else maps(model, crops)


def tokens(model, crops):
    first = 1 + model.num_reg_tokens
    outputs, seen = [], []
    hooks = [block.register_forward_hook(lambda module, inputs, y: seen.append(y)) for block in model.blocks]
    last = model.forward_features(crops)
    for hook in hooks:
        hook.remove()
    for number, y in enumerate(seen, 1):
        outputs += [(f"block{number}_mean", y[:, first:].mean(1)), (f"block{number}_cls", y[:, 0])]
    return outputs + [("mean", last[:, first:].mean(1)), ("cls", last[:, 0])]


def maps(model, crops):
    outputs, hooks = [], []

    def keep(name, module):
        hooks.append(module.register_forward_hook(lambda module, inputs, y: outputs.append((name, y.mean((2, 3))))))

    keep("stem", model.bn1)
    for number, stage in enumerate(model.blocks, 1):
        for letter, block in zip("abcdefgh", stage):
            keep(f"block{number}{letter}_activation", block.bn2 if hasattr(block, "bn3") else block.bn1)
            keep(f"block{number}{letter}", block)
    keep("pool5", model.bn2)
    model.forward_features(crops)
    for hook in hooks:
        hook.remove()
    return outputs


def trained_looks(model):
    """Statistics, scales, shifts and tokens that are far from what they start from."""
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("running_var") or name.endswith("gamma") or (name.endswith("weight") and tensor.dim() == 1):
                tensor.uniform_(0.5, 1.5)
            elif name.endswith("running_mean") or name.endswith("bias"):
                tensor.normal_(0, 0.2)
            elif tensor.dim() == 3:
                tensor.normal_(0, 0.5)
    return model
