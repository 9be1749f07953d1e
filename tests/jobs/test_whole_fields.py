#!/usr/bin/env python3
"""Whole fields with weak labels: shapes are simulated, a network is trained on them, and fields are predicted; the same bytes on 1, 2
and 4 ranks. Oracle of the predictions: PyTorch (python3-torch), which gets the images as PIL reads them and the weights by name.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_MPIRUN (set by CTest).
"""
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import unittest

try:
    import h5py
    import numpy as np
    import torch
    import torch.nn.functional as F
    from PIL import Image
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from safetensors_file import read_safetensors  # noqa: E402

PROGRAM, MPIRUN = os.environ["CYTOSCALE_PROGRAM"], shlex.split(os.environ["CYTOSCALE_MPIRUN"])
LEARNING = ["--plates=train,validation", "--validation-column=Metadata_Plate", "--validation-values=validation",
            "--treatment=Metadata_Class", "--examples=fields", "--batch-size=8", "--shard-size=2", "--steps=3", "--warmup-steps=1",
            "--threads=1", "--device=cpu"]
MIL = ["--architecture=mil_cnn", "--crop-size=150", "--crop-normalization=dataset"]
WSCNN = ["--architecture=wscnn4", "--crop-size=0", "--crop-normalization=mean-image", "--augment-angle=20", "--augment-scale=0.18",
         "--augment-translation=40"]


def run(job, output, *options, ranks=1, expect=0):
    command = [*MPIRUN, "-n", str(ranks), PROGRAM, job, f"--output={output}", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, (command, done.returncode, done.stderr)
    return done.stderr


class WholeFields(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name in ("screen", "mil", "wscnn", "fc"):
            shutil.rmtree(name, ignore_errors=True)
        run("simulate-shapes", "screen", "--fields-per-class=12", ranks=2)
        cls.manifest = "--manifest=screen/screen.csv"
        for name, options in (("mil", MIL), ("wscnn", WSCNN)):
            for ranks in (1, 2, 4):
                run("train", f"{name}/ranks{ranks}", cls.manifest, *LEARNING, *options, ranks=ranks)
                run("predict", f"{name}/ranks{ranks}", cls.manifest, f"--model={name}/ranks1/model", "--maps=true", ranks=ranks)

    def fields(self):
        table = [line.split(",") for line in pathlib.Path("screen/screen.csv").read_text().splitlines()]
        rows = sorted(dict(zip(table[0], row)).items() for row in table[1:])
        rows = sorted((dict(row) for row in rows), key=lambda row: (row["Metadata_Plate"], row["Metadata_Well"]))
        pictures = [np.array(Image.open(pathlib.Path("screen") / row["PathName_Grey"] / row["FileName_Grey"])) for row in rows]
        return torch.tensor(np.stack(pictures).astype(np.float32)).unsqueeze(1)

    def test_any_number_of_ranks_learns_and_predicts_the_same(self):
        for name in ("mil", "wscnn"):
            for ranks in (2, 4):
                for file in ("model/model.safetensors", "predictions.h5ad"):
                    one, other = (pathlib.Path(name) / f"ranks{n}" / file for n in (1, ranks))
                    self.assertEqual(one.read_bytes(), other.read_bytes(), (name, ranks, file))

    def check(self, name, forward):
        weights = read_safetensors(pathlib.Path(name) / "ranks1/model/model.safetensors")
        with torch.no_grad():
            maps, logits = forward({key: value for key, value in weights.items()},
                                   (self.fields() - weights["input/mean"]) / weights["input/sd"].view(1, -1, 1, 1))
            expected = torch.cat([torch.softmax(logits, 1), maps.flatten(1)], 1)
        with h5py.File(f"{name}/ranks1/predictions.h5ad") as file:
            found, names = torch.tensor(file["X"][()]), [text.decode() for text in file["var/_index"][()]]
        self.assertEqual(names[:2], ["negative", "positive"])
        self.assertEqual(names[2], "negative@0,0")
        self.assertEqual(found.shape, expected.shape)
        self.assertLess(float((found - expected).abs().max() / expected.abs().max()), 1e-5)
        return weights

    def test_mil_predictions_are_those_of_pytorch(self):
        def forward(w, x):
            x = F.avg_pool2d(x, 3)
            for i, (padding, pooled) in enumerate([(1, False), (1, True), (2, True), (1, True), (1, True), (0, False)], 1):
                x = F.relu(F.conv2d(x, w[f"conv{i}.weight"], w[f"conv{i}.bias"], padding=padding))
                x = F.max_pool2d(x, (min(3, x.shape[2]), min(3, x.shape[3])), 2) if pooled else x
            p = torch.sigmoid(F.conv2d(x, w["maps.weight"], w["maps.bias"]))
            mean, b, sigma = p.mean((2, 3)), w["pool.threshold"], torch.sigmoid
            bags = (sigma(10 * (mean - b)) - sigma(-10 * b)) / (sigma(10 * (1 - b)) - sigma(-10 * b))
            return p, F.linear(bags, w["fc.weight"], w["fc.bias"])

        weights = self.check("mil", forward)
        self.assertEqual(tuple(weights["input/mean"].shape), (1, 1, 1))

    def test_wscnn_predictions_are_those_of_pytorch(self):
        def forward(w, x):
            for i, padding in enumerate([0, 0, 1], 1):
                x = F.conv2d(x, w[f"conv{i}.weight"], padding=padding)
                x = F.batch_norm(x, *(w[f"bn{i}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")), False, 0, 1e-5)
                x = F.max_pool2d(F.relu(x), 2)
            maps = F.conv2d(x, w["maps.weight"], w["maps.bias"], padding=1)
            return maps, maps.amax((2, 3))

        weights = self.check("wscnn", forward)
        self.assertEqual(tuple(weights["input/mean"].shape), (1, 210, 280))

    def test_what_does_not_fit_is_said_before_any_compute(self):
        def refused(job, *options, words):
            text = run(job, "bad", self.manifest, *options, expect=2)
            for word in words:
                self.assertIn(word, text)

        refused("train", *LEARNING, "--architecture=mil_cnn", "--crop-size=16", words=["at least 45 px", "--crop-size"])
        refused("train", *LEARNING, "--architecture=mil_cnn", "--crop-size=211", words=["210 × 280 px", "--crop-size"])
        refused("train", *LEARNING, "--crop-size=0", "--select=Metadata_Class=positive", words=["at least two treatments"])
        refused("train", *LEARNING, "--examples=mosaics", "--crop-size=0", "--regularizer=mixup", words=["--examples"])
        other = [option for option in LEARNING if not option.startswith("--treatment")]
        refused("train", *other, "--crop-size=0", "--treatment=Metadata_Phenotype", words=["Metadata_Phenotype"])
        refused("predict", "--model=nowhere", words=["nowhere", "no such model"])
        refused("predict", "--model=mil/ranks1/model", "--of=pictures", words=["--of"])
        refused("predict", "--model=untrained", words=["Train one first"])
        self.assertFalse(pathlib.Path("bad").exists())

    def test_a_fully_connected_layer_takes_one_size(self):
        run("train", "fc", self.manifest, *LEARNING, *WSCNN[:1], "--crop-size=100", "--pool=fc")
        text = run("predict", "fc", self.manifest, expect=2)
        self.assertIn("trained on crops of 100 × 100 px", text)


if __name__ == "__main__":
    unittest.main()
