#!/usr/bin/env python3
"""What held when it was tried to break the program, and must go on to hold ("What held" of the list of cases): a full disk in train, embed,
crop and evaluate; wrong options; odd names; damaged files that end in an error or a result, never in a crash. (Kills of the whole chain:
tools/chaos; of a training: tests/jobs; images: tests/image.)

Environment: see fault_lab.py.
"""
import os
import random
import shutil
import unittest

from fault_case import CASE, edit_rows, replace
from fault_disk import DiskCase
from fault_files import flipped
from fault_lab import CHAIN, NATIVE, SEGMENTATION, TRAINING, results, rows_of

OUT = [*NATIVE, "--output=out"]
EMBED = ["embed", *OUT, "--threads=1", "--crop-size=32"]
CROP = ["crop", *OUT, "--crop-size=32", "--threads=1"]
FIELDS = ["--treatment=Metadata_MOA", "--examples=fields", "--crop-size=0", "--crop-normalization=dataset", "--architecture=mil_cnn",
          "--steps=1", "--batch-size=4", "--shard-size=4", "--warmup-steps=1", "--validation-fraction=0", "--device=cpu", "--threads=1"]
WRONG = {
    "illuminate": ["illumination-smoothing=meddian", "illumination-window=-3", "illumination-floor=200"],
    "segment": ["split-ratio=nan", "dna-channel=DNS", "max-failed-fields=200%", "threads=-1", "threads=1.5", "channels=DNA,DNA", "plates=none",
                "select=Metadata_Well", "manifest-format=excel"],
    "train": ["batch-size=0", "learning-rate=fast", "schedule=cosinus", "crop-size=4", "validation-fraction=1.5", "architecture=resnet19",
              "batch-norm=synchronous"],
    "crop": ["crop-bits=12"], "embed": ["layers=conv9z", "crop-normalization=max", "queue-memory=0"],
    "reduce": ["aggregate-cells=mode", "reduce-normalize=tvm"], "evaluate": ["bootstrap=-1"]}
ODD = ["A,1", 'B "quoted"', "C\nD", "Zürich µ", "../x", "-n", "a;b", "$(touch hacked)"]


class WhatHeld(DiskCase):
    def test_disk_full_in_train(self):
        self.full_disk(["train", *OUT, *TRAINING], ["illumination.h5", "cells.h5"], "model/model.safetensors", [0, 20 << 10])

    def test_disk_full_in_crop(self):
        self.fresh("illumination.h5", "cells.h5")
        self.ok(*CROP, ranks=2)
        expected = results(CASE / "out")["crops.h5"]
        size = (CASE / "out/crops.h5").stat().st_size >> 10
        self.full_disk(CROP, ["illumination.h5", "cells.h5"], "crops.h5", [0, size // 2], expected)

    def test_disk_full_in_embed(self):
        size = (self.world / "out/embeddings.h5ad").stat().st_size >> 10
        self.full_disk(EMBED, ["illumination.h5", "cells.h5", "model/model.safetensors"], "embeddings.h5ad", [0, 64, size // 2])

    def test_disk_full_in_evaluate(self):
        self.full_disk(["evaluate", "--output=out"], ["profiles.h5ad", "wells.h5ad"], "matches.csv", [0, 4], ranks=0)

    def test_wrong_options_are_one_clear_line_each(self):
        self.fresh("illumination.h5", "cells.h5", "model/model.safetensors", "embeddings.h5ad", "profiles.h5ad")
        before = results(CASE / "out")
        for job, wrong in ((job, wrong) for job, all_wrong in WRONG.items() for wrong in all_wrong):
            key, value = wrong.split("=", 1)
            source = [] if job in ("reduce", "evaluate") else NATIVE
            with self.subTest(job=job, wrong=wrong):
                done = self.refused(job, *source, "--output=out", f"--{wrong}")
                said = [line for line in done.err.splitlines() if "cytoscale: error:" in line]
                self.assertTrue(key in said[0] or value in said[0], done)
                self.assertLess(len(said[0]), 400)
        self.assert_same(results(CASE / "out"), before)

    def odd_names(self):
        """A third of the wells, a plate and a compound get odd names."""
        wells = sorted({row["Metadata_Well"] for row in rows_of(CASE / "screen/screen.csv")})
        compound = next(r["Metadata_Compound"] for r in rows_of(CASE / "screen/screen.csv") if r["Metadata_Control"] == "trt")
        plate = rows_of(CASE / "screen/screen.csv")[0]["Metadata_Plate"]
        names = dict(zip(wells, ODD))

        def change(row):
            row["Metadata_Well"] = names.get(row["Metadata_Well"], row["Metadata_Well"])
            row["Metadata_Plate"] = "../../p/1" if row["Metadata_Plate"] == plate else row["Metadata_Plate"]
            row["Metadata_Compound"] = 'x, "y"\n../z' if row["Metadata_Compound"] == compound else row["Metadata_Compound"]
        edit_rows(CASE / "screen/screen.csv", change)

    def test_odd_names_are_safe(self):
        self.fresh()
        self.odd_names()
        place = CASE.parent
        outside = {p for p in place.rglob("*") if CASE / "out" not in p.parents}
        self.ok(*CHAIN, *NATIVE, "--model=untrained", ranks=2)
        found = {(row["Metadata_Plate"], row["Metadata_Well"]) for row in rows_of(CASE / "out/profiles.csv")}
        self.assertEqual(found, {(r["Metadata_Plate"], r["Metadata_Well"]) for r in rows_of(CASE / "screen/screen.csv")})
        self.assertIn('x, "y"\n../z', {row["compound"] for row in rows_of(CASE / "out/matches.csv")})
        self.ok("train", *OUT, *FIELDS)
        self.ok("localize", *OUT, "--label=all", "--overlays=2")
        masks = list((CASE / "out/localization/masks").iterdir())
        self.assertEqual(len(masks), len(rows_of(CASE / "screen/screen.csv")), "two fields have one file")
        self.assertEqual({p for p in place.rglob("*") if CASE / "out" not in p.parents} - outside, {CASE / "out"} - outside)
        self.assertFalse(any("hacked" in p.name and "touch" not in p.name for p in place.rglob("*")))

    def test_damaged_files_end_in_an_error_or_a_result(self):
        """Bytes flipped and zeros written near the front, where a file tells its structure, and in the heap of an HDF5 file's texts."""
        self.fresh("illumination.h5", "cells.h5", "model/model.safetensors", "embeddings.h5ad", "profiles.h5ad")
        draw = random.Random(7)
        jobs = {"illumination.h5": ["segment", *OUT, *SEGMENTATION, "--threads=1", "--cells=x.h5"],
                "cells.h5": [*EMBED, "--model=untrained", "--embeddings=x.h5ad"],
                "embeddings.h5ad": ["reduce", "--output=out", "--profiles=x.h5ad", "--reduce-normalize=standardize"],
                "profiles.h5ad": ["evaluate", "--output=out", "--metrics=x.json"],
                "model/model.safetensors": [*EMBED, "--embeddings=x.h5ad"]}
        for name, job in jobs.items():
            whole = (CASE / "out" / name).read_bytes()
            heap = whole.find(b"GCOL")
            places = [draw.randrange(min(len(whole) - 8, 4000)) for _ in range(3)] + ([heap + 8, heap + 25, heap + 29] if heap > 0 else [])
            for attempt, at in enumerate(places):
                data = flipped(whole, at, draw.randrange(8)) if attempt % 3 else whole[:at] + bytes(8) + whole[at + 8:]
                replace(CASE / "out" / name, data)
                with self.subTest(file=name, at=at, attempt=attempt):
                    done = self.start(*job).wait(15)
                    self.assertIn(done.code, (0, 2), done)
                    if done.code == 2:
                        self.is_refusal(done, os.path.basename(name))
                for made in CASE.glob("x.*"):
                    shutil.rmtree(made) if made.is_dir() else made.unlink()
            replace(CASE / "out" / name, whole)


if __name__ == "__main__":
    unittest.main(verbosity=2)
