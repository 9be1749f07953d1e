#!/usr/bin/env python3
"""A module scripted by python3-torch as encoder: `cytoscale embed` on a simulated screen gives what the module gives in Python
on crops cut here with numpy, to 1e-5, the same bytes on 1 and 2 ranks; wrong modules and wrong weights end it before it
computes, with the file named.

usage: test_torchscript.py NETWORK_PROBE
"""
import csv
import os
import pathlib
import shutil
import subprocess
import sys

import oracle
from oracle import np, torch

try:
    import h5py
    import tifffile
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

CROP = 24
probe, program = sys.argv[1], os.environ["CYTOSCALE_PROGRAM"]
mpirun = os.environ.get("CYTOSCALE_MPIRUN", "mpirun --oversubscribe").split()
torch.manual_seed(5)
torch.set_num_threads(2)


class Net(torch.nn.Module):
    """Convolutions, a normalization that knows another mode in training, and the kind of output asked for."""

    def __init__(self, channels: int, kind: str):
        super().__init__()
        self.first = torch.nn.Conv2d(channels, 8, 5, 2, 2)
        self.norm = torch.nn.BatchNorm2d(8)
        self.second = torch.nn.Conv2d(8, 16, 3, 2, 1)
        self.drop = torch.nn.Dropout(0.5)
        self.kind = kind
        self.norm.running_mean.normal_(0, 0.2)
        self.norm.running_var.uniform_(0.5, 1.5)

    def maps(self, x):
        return self.drop(torch.relu(self.second(torch.relu(self.norm(self.first(x))))))


class Maps(Net):
    def forward(self, x):
        return self.maps(x)


class Rows(Net):
    def forward(self, x):
        return self.maps(x).mean((2, 3))


class Pair(Net):
    def forward(self, x):
        maps = self.maps(x)
        return maps.mean((2, 3)), maps


class Named(Net):
    def forward(self, x):
        maps = self.maps(x)
        return {"logits": maps.amax((2, 3)), "features": maps.mean((2, 3))}


class Flattened(Net):
    """By view(), which takes no other layout than that of the crops that Python gives."""

    def forward(self, x):
        return x[:, 0].view(x.size(0), -1)


class Text(Net):
    def forward(self, x):
        return self.kind


class Flat(Net):
    def forward(self, x):
        return self.maps(x).mean()


def save(kind, name, channels, weights=None):
    module = kind(channels, "none")
    if weights:
        module.load_state_dict(weights)
    torch.jit.script(module).save(name)  # in training mode: it must be put into inference by us
    return module.eval()


def every_output_is_understood():
    crops = torch.rand(5, 3, CROP, CROP)
    module = save(Maps, "maps.pt", 3)
    expected = module(crops).mean((2, 3)).detach()
    for kind in (Maps, Rows, Pair, Named):
        save(kind, "net.pt", 3, module.state_dict())
        assert oracle.worst(oracle.encode(probe, "net.pt", crops, ""), expected) < 1e-5, kind
    shutil.copy("net.pt", "weights.bin")  # known by its bytes, not by its name
    assert oracle.worst(oracle.encode(probe, "weights.bin", crops, ""), expected) < 1e-5
    torch.jit.trace(module, crops[:2]).save("net.pt")
    assert oracle.worst(oracle.encode(probe, "net.pt", crops, ""), expected) < 1e-5


def wrong_modules_are_refused():
    crops = torch.rand(2, 3, CROP, CROP)

    def refused(name, *words, layers=""):
        text = oracle.encode(probe, name, crops, layers, expect=2)
        assert all(word in text for word in (name, *words)), (words, text)

    save(Rows, "four.pt", 4)
    refused("four.pt", "3 channels", "expected input[16, 3", "--channels")
    save(Text, "text.pt", 3)
    refused("text.pt", "no tensor", "[cells][features]")
    save(Flat, "flat.pt", 3)
    refused("flat.pt", "of shape []")
    save(Rows, "good.pt", 3)
    assert "--layers" in oracle.encode(probe, "good.pt", crops, "conv4a", expect=2)
    whole = pathlib.Path("good.pt").read_bytes()
    pathlib.Path("cut.pt").write_bytes(whole[:len(whole) // 2])
    refused("cut.pt", "not a whole TorchScript module")
    pathlib.Path("noise.pt").write_bytes(b"this is no module")
    refused("noise.pt", "not a whole TorchScript module")
    torch.save(Rows(3, "none").state_dict(), "dictionary.pt")
    refused("dictionary.pt", "not a whole TorchScript module", ".safetensors")


def run(*words, ranks=1, expect=0):
    command = [*mpirun, "-n", str(ranks), program, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == expect, (words, done.stdout, done.stderr)
    return done.stderr


def screen_with_cells():
    shutil.rmtree("screen", ignore_errors=True)
    shutil.rmtree("out", ignore_errors=True)
    run("simulate", "--output", "screen", "--moas", 1, "--compounds-per-moa", 2, "--concentrations", 1, "--batches", 1,
        "--replicates", 1, "--plates-per-batch", 1, "--controls-per-plate", 1, "--positive-controls-per-plate", 0,
        "--single-group-moas", 0, "--fields-per-well", 1, "--field-size", 128, "--nucleus-radius", 5, "--cells-per-field", 8,
        "--seed", 3)
    run("segment", "--manifest", "screen/screen.csv", "--output", "out")


def channels_of_screen():
    with open("screen/screen.csv") as file:
        return sum(word.startswith("FileName_") for word in file.readline().strip().split(","))


def cut_crops(obs):
    """[N][C][CROP][CROP]: around each center, zero outside the field, every channel divided by its own maximum."""
    with open("screen/screen.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    channels = [key[len("FileName_"):] for key in rows[0] if key.startswith("FileName_")]
    fields = {}
    for row in rows:
        planes = [tifffile.imread(pathlib.Path("screen", row.get("PathName_" + c, ""), row["FileName_" + c])) for c in channels]
        fields[row["Metadata_Plate"], row["Metadata_Well"], row["Metadata_Site"]] = np.stack(planes).astype(np.float32)

    def column(name):
        value = obs[name]
        return value["categories"].asstr()[()][value["codes"][()]] if isinstance(value, h5py.Group) else value[()]

    crops = []
    for plate, well, site, y, x in zip(*(column("Metadata_" + n) for n in ("Plate", "Well", "Site")),
                                       column("Nuclei_Location_Center_Y"), column("Nuclei_Location_Center_X")):
        padded = np.pad(fields[plate, well, site], ((0, 0), (CROP, CROP), (CROP, CROP)))
        top, left = int(np.floor(y + 0.5)) + CROP // 2, int(np.floor(x + 0.5)) + CROP // 2
        crop = padded[:, top:top + CROP, left:left + CROP]
        crops.append(crop / crop.max((1, 2), keepdims=True))
    return torch.from_numpy(np.stack(crops)), channels


def the_program_embeds_with_a_module():
    embed = ["embed", "--manifest", "screen/screen.csv", "--output", "out", "--crop-size", CROP]
    channels = channels_of_screen()
    module = save(Rows, "cellnet.pt", channels)
    files = []
    for ranks in (1, 2):
        run(*embed, "--model", "cellnet.pt", "--embeddings", f"ranks{ranks}.h5ad", "--threads", ranks, ranks=ranks)
        files.append(pathlib.Path(f"ranks{ranks}.h5ad").read_bytes())
    assert files[0] == files[1], "the features depend on ranks"
    with h5py.File("ranks1.h5ad") as file:
        crops, _ = cut_crops(file["obs"])
        mine = torch.from_numpy(file["X"][()])
        names = file["var"][file["var"].attrs["_index"]].asstr()[()].tolist()
        provenance = str(file["uns/cytoscale/provenance"][()])
    assert len(mine) > 5 and names == [f"cellnet_{i}" for i in range(16)], (mine.shape, names)
    assert "TorchScript module cellnet.pt" in provenance and '"model"' in provenance, provenance
    error = oracle.worst(mine, module(crops).detach())
    print(f"{len(mine)} cells, {channels} channels: differs by {error:.1e}")
    assert error < 1e-5


def a_module_may_view_its_crops_where_the_device_cuts_them():
    save(Flattened, "view.pt", channels_of_screen())
    features = []
    for pixels in ("host", "device"):
        run("embed", "--manifest", "screen/screen.csv", "--output", "out", "--crop-size", CROP, "--device", "cpu", "--pixels", pixels,
            "--model", "view.pt", "--embeddings", f"{pixels}.h5ad")
        with h5py.File(f"{pixels}.h5ad") as file:
            features.append(file["X"][()])
    assert features[0].shape[1] == CROP * CROP and np.abs(features[0] - features[1]).max() < 1e-6


def bad_weights_end_the_program_before_it_computes():
    embed = ["embed", "--manifest", "screen/screen.csv", "--output", "out", "--crop-size", CROP, "--embeddings", "bad.h5ad"]
    train = ["train", "--manifest", "screen/screen.csv", "--output", "out", "--crop-size", CROP, "--steps", 1, "--treatment",
             "Metadata_Compound", "--single-wells", "train"]
    weights = oracle.network("resnet18").state_dict()
    oracle.write_safetensors(weights, "whole.safetensors")
    pathlib.Path("cut.safetensors").write_bytes(pathlib.Path("whole.safetensors").read_bytes()[:-5])
    weights["layer1.0.conv1.weight"] = torch.zeros(8, 8, 3, 3)
    oracle.write_safetensors(weights, "shape.safetensors")
    for name, words in (("cut.safetensors", ["header speaks of"]),
                        ("shape.safetensors", ["layer1.0.conv1.weight", "[8, 8, 3, 3]"]), ("none.safetensors", [])):
        for text in (run(*embed, "--model", name, ranks=2, expect=2), run(*train, "--initial-weights", name, ranks=2, expect=2)):
            assert all(word in text for word in [name, *words]), text
    assert "resnet50" in run(*train, "--initial-weights", "whole.safetensors", "--architecture", "resnet50", expect=2)
    assert ".pt" in run(*train, "--initial-weights", "good.pt", expect=2)
    assert "--layers" in run(*embed, "--model", "cellnet.pt", "--layers", "conv4a", expect=2)
    assert not list(pathlib.Path(".").glob("bad.h5ad*")) and not pathlib.Path("out/model").exists()
    run(*embed, "--model", "whole.safetensors", "--layers", "all")
    with h5py.File("bad.h5ad") as file:
        assert file["X"].shape[1] == 64 + 2 * (64 + 128 + 256 + 512) + 512
    os.remove("bad.h5ad")


every_output_is_understood()
wrong_modules_are_refused()
screen_with_cells()
the_program_embeds_with_a_module()
a_module_may_view_its_crops_where_the_device_cuts_them()
bad_weights_end_the_program_before_it_computes()
