#!/usr/bin/env python3
"""Our losses, schedules and clipping against PyTorch (python3-torch): mixup against cross_entropy with blended targets,
the recurrent regularizer against nn.GRU, the joint loss of fields against its formula, rates against torch.optim.lr_scheduler,
clipped steps against clip_grad_norm_ and SGD.

usage: compare_learning.py DUMP_LEARNING
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from safetensors_file import read_safetensors  # noqa: E402

LABELS, SMOOTHING = 4, 0.1
failures = []


def compare(name, ours, theirs, limit=1e-5):
    """To 1e-5 of the tensor's largest value: single values of a gradient may be small differences of large ones."""
    worst = ((ours - theirs).abs().max() / theirs.abs().max()).item()
    print(f"{name}: differs by {worst:.1e} of the largest value at most")
    if not worst < limit:
        failures.append(name)


def schedules(ours):
    """LinearLR over the warm-up, then the scheduler itself, its counter starting there; ReduceLROnPlateau acts on the whole rate."""
    steps, warmup, base = 60, 7, 0.02
    for name in ("constant", "cosine", "step", "plateau"):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
        lr = torch.optim.lr_scheduler
        warm = lr.LinearLR(optimizer, start_factor=1 / (warmup + 1), total_iters=warmup)
        main = {"constant": lambda: lr.ConstantLR(optimizer, factor=1),
                "cosine": lambda: lr.CosineAnnealingLR(optimizer, T_max=steps - warmup),
                "step": lambda: lr.StepLR(optimizer, step_size=11, gamma=0.3),
                "plateau": lambda: lr.ConstantLR(optimizer, factor=1)}[name]()
        chain = lr.SequentialLR(optimizer, [warm, main], milestones=[warmup])
        judge = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        plateau = lr.ReduceLROnPlateau(judge, factor=0.3, patience=2)
        rates = []
        for step in range(steps):
            rates.append(optimizer.param_groups[0]["lr"] * judge.param_groups[0]["lr"])
            optimizer.step()
            chain.step()
            if name == "plateau" and step % 5 == 4:
                plateau.step(ours["schedule/losses"][step // 5].item())
        compare(f"schedule {name}", ours[f"schedule/{name}"], torch.tensor(rates, dtype=torch.float64))
        if name == "plateau" and judge.param_groups[0]["lr"] == 1.0:
            failures.append("the plateau was never reached: the test shows nothing")


def parameters_of(ours, kind):
    return {name.split("/")[-1]: value.clone().requires_grad_()
            for name, value in ours.items() if name.startswith(f"{kind}/parameter/")}


def compare_learned(ours, kind, loss, correct, parameters):
    loss.backward()
    compare(f"{kind} loss", ours[f"{kind}/loss"], loss.detach())
    compare(f"{kind} share of correct answers", ours[f"{kind}/correct"], correct)
    for name, value in parameters.items():
        compare(f"{kind} gradient of {name}", ours[f"{kind}/gradient/{name}"], value.grad)


def mixup(ours):
    first, second = torch.tensor([0, 1, 2, 3, 1]), torch.tensor([1, 1, 0, 2, 3])
    weight = torch.tensor([0.9, 0.3, 0.5, 1.0, 0.01]).unsqueeze(1)
    target = weight * F.one_hot(first, LABELS) + (1 - weight) * F.one_hot(second, LABELS)
    parameters = parameters_of(ours, "mixup")
    logits = F.linear(ours["mixup/features"], parameters["fc.weight"], parameters["fc.bias"])
    loss = F.cross_entropy(logits, target, reduction="sum", label_smoothing=SMOOTHING)
    won = F.one_hot(logits.argmax(1), LABELS)
    compare_learned(ours, "mixup", loss, (won * target).sum().double(), parameters)


def recurrent(ours):
    labels = torch.tensor([0, 1, 2, 3, 1])
    features = ours["rnn/features"].reshape(5, 3, 512)
    given = parameters_of(ours, "rnn")
    gru = torch.nn.GRU(512, 256, batch_first=True)
    fc = torch.nn.Linear(256, LABELS)
    with torch.no_grad():
        for name, value in given.items():
            module, parameter = name.split(".")
            getattr({"gru": gru, "fc": fc}[module], parameter).copy_(value)
    logits = fc(gru(features)[1][0])  # the last state
    loss = F.cross_entropy(logits, labels, reduction="sum", label_smoothing=SMOOTHING)
    parameters = {f"gru.{n}": p for n, p in gru.named_parameters()} | {f"fc.{n}": p for n, p in fc.named_parameters()}
    assert parameters.keys() == given.keys()
    compare_learned(ours, "rnn", loss, (logits.argmax(1) == labels).sum().double(), parameters)


def joint(ours, kind, several):
    """Kraus et al. 2016 eq. 2, with the pools' formulas; the maps' bias moves all of a map."""
    parameters = parameters_of(ours, kind)
    targets = ours[f"{kind}/targets"]
    z = ours[f"{kind}/maps"] + (parameters["maps.bias"] - parameters["maps.bias"].detach()).view(1, -1, 1, 1)
    p = torch.sigmoid(z.double()).flatten(2)
    if several:
        bags = (2.5 * p).exp().mean(2).log() / 2.5
    else:
        s, b = torch.sigmoid, parameters["pool.threshold"].double()
        bags = (s(10 * (p.mean(2) - b)) - s(-10 * b)) / (s(10 * (1 - b)) - s(-10 * b))
    logits = F.linear(bags.float(), parameters["fc.weight"], parameters["fc.bias"])
    if several:
        last = F.binary_cross_entropy_with_logits(logits, targets * (1 - SMOOTHING) + SMOOTHING / 2, reduction="sum")
        correct = ((logits > 0) == (targets > 0.5)).double().mean(1).sum()
    else:
        last = F.cross_entropy(logits, targets, reduction="sum", label_smoothing=SMOOTHING)
        correct = (logits.argmax(1) == targets.argmax(1)).sum().double()
    loss = last + F.binary_cross_entropy(bags, targets.double(), reduction="sum")
    compare_learned(ours, kind, loss, correct, parameters)


def clipping(ours):
    parameter = ours["clip/before"].clone().requires_grad_()
    optimizer = torch.optim.SGD([parameter], lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-4)
    for step in range(3):
        parameter.grad = ours[f"clip/gradient{step}"].clone()
        torch.nn.utils.clip_grad_norm_([parameter], 1.5)
        optimizer.step()
    compare("clipped steps", ours["clip/after"], parameter.detach())


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "learning.safetensors"
        subprocess.run([sys.argv[1], str(path)], check=True)
        ours = read_safetensors(path)
    schedules(ours)
    mixup(ours)
    recurrent(ours)
    joint(ours, "joint", False)
    joint(ours, "joint_several", True)
    clipping(ours)
    if failures:
        sys.exit("differ: " + ", ".join(failures))


main()
