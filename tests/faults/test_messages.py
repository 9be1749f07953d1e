#!/usr/bin/env python3
"""Wrong input and options: each ends at once, on every rank, with one message of ours that names what is wrong and where; nothing hangs,
nothing crashes, nothing is computed first, no other library's words reach a user. One test for each way that was found (cases 20 to 32
without those of disks and damaged files: test_disks.py).

Environment: see fault_lab.py.
"""
import json
import os
import pathlib
import shutil
import struct
import unittest

from fault_case import CASE, FOREIGN, FaultCase, cell_count, first_number, images, replace, truncate
from fault_lab import CHAIN, NATIVE, TRAINING, rows_of, write_rows

OUT = [*NATIVE, "--output=out"]
TRAIN = ["train", *OUT, *TRAINING]


class Messages(FaultCase):
    def test_20_more_threads_than_any_machine_has(self):
        self.fresh("illumination.h5", "cells.h5", "model/model.safetensors")
        for job, ranks in (("segment", 0), ("embed", 0), ("illuminate", 2), ("crop", 0)):
            with self.subTest(job=job):
                done = self.refused(job, *OUT, "--threads=100000", ranks=ranks, timeout=20, words=["threads", "100000"])
                self.assertTrue(done.within(10), done)

    def test_21_a_well_whose_name_looks_like_a_key(self):
        """One pass of replacement: what was put in is not replaced again."""
        self.fresh()
        rows = rows_of(CASE / "screen/screen.csv")[:3]
        for well in ("{Well}", "x{Well}"):
            with self.subTest(well=well):
                write_rows(CASE / "screen/odd.csv", [{**rows[0], "Metadata_Well": well}])
                replace(CASE / f"{well}.csv", b"X,Y\n50,60\n70,20\n")
                self.ok("segment", "--manifest=screen/odd.csv", "--output=out", "--locations={Well}.csv", timeout=20)
                self.assertEqual(cell_count(CASE / "out"), 2)

    def test_22_a_training_that_diverges(self):
        wild = [*(a for a in TRAIN if not a.startswith(("--learning-rate", "--checkpoint-every"))), "--learning-rate=1e30"]
        for ranks in (2, 4):
            with self.subTest(ranks=ranks):
                self.fresh("illumination.h5", "cells.h5")
                done = self.refused(*wild, ranks=ranks, words=["step"])
                self.assertFalse(list((CASE / "out").glob("model/checkpoint*")))
                self.assertNotRegex(done.err, r"checkpoint[^.]*(is|was) kept", "there is none")

    def test_27_an_output_that_is_a_file(self):
        self.fresh("cells.h5", "illumination.h5")
        replace(CASE / "file", b"not a folder")
        for job, ranks in ((["segment"], 2), (["embed", "--model=untrained", "--cells=out/cells.h5"], 0),
                           (["train", "--cells=out/cells.h5", *TRAINING], 0), (["run"], 0)):
            with self.subTest(job=job[0]):
                self.refused(*job, *NATIVE, "--output=file", ranks=ranks, words=["file", "folder"])
        self.assertEqual((CASE / "file").read_bytes(), b"not a folder")

    def test_27_a_result_that_is_a_folder(self):
        self.fresh()
        for name, job in (("cells.h5", ["segment", *OUT]), ("illumination.h5", ["illuminate", *OUT]),
                          ("embeddings.h5ad", ["embed", *OUT, "--model=untrained"])):
            with self.subTest(name=name):
                shutil.rmtree(CASE / "out", ignore_errors=True)
                (CASE / "out" / name / "inside").mkdir(parents=True)
                if name == "embeddings.h5ad":
                    os.link(self.world / "out/cells.h5", CASE / "out/cells.h5")
                self.refused(*job, words=[name, "folder"])
                self.assertTrue((CASE / "out" / name / "inside").is_dir())

    def test_27_a_manifest_in_windows_1252(self):
        """Read, or refused with the file's name and what its text should be."""
        self.fresh()
        treated = next(row for row in rows_of(CASE / "screen/screen.csv") if row["Metadata_Control"] == "trt")
        text = (CASE / "screen/screen.csv").read_text()
        for column, name in (("Metadata_Compound", "5-Ätz µM"), ("Metadata_MOA", "Fühler")):
            text = text.replace(treated[column], name)
        replace(CASE / "screen/old.csv", text.encode("cp1252"))
        for job in (["segment", "--output=out"], [*CHAIN, "--model=untrained"]):
            with self.subTest(job=job[0]):
                done = self.start(*job, "--manifest=screen/old.csv").wait(60)
                if done.code == 0:
                    for foreign in FOREIGN:
                        self.assertNotIn(foreign, done.err)
                else:
                    self.is_refusal(done, "old.csv", "UTF-8")

    def test_28_no_image_can_be_read(self):
        """illuminate has a limit of failures, as segment has."""
        self.fresh()
        for channel in ("DNA", "Actin"):
            for path in images(CASE / "screen", channel):
                truncate(path, 0.3)
        self.refused("illuminate", *OUT, ranks=2, words=["cannot be read"])
        self.assertFalse((CASE / "out/illumination.h5").exists())
        self.assertGreaterEqual(len(rows_of(CASE / "out/failures/illuminate.csv")), 1)

    def test_28_some_images_cannot_be_read(self):
        self.fresh()
        bad = images(CASE / "screen")[3:6]
        for path in bad:
            truncate(path, 0.3)
        self.refused("illuminate", *OUT, ranks=2, words=["3 ", "--max-failed-fields"])
        self.ok("illuminate", *OUT, "--max-failed-fields=3", ranks=2)
        for name in ("failures/illuminate.csv", "failures.csv"):
            self.assertEqual({pathlib.Path(row["File"]).name for row in rows_of(CASE / "out" / name)}, {p.name for p in bad})

    def test_30_a_hash_within_a_value(self):
        self.fresh()
        replace(CASE / "screen.cfg", b"# of its own\nmanifest = screen/screen.csv  # behind a value\noutput = res#1\nseed = 1\n")
        self.ok("illuminate", "--config=screen.cfg")
        self.assertTrue((CASE / "res#1/illumination.h5").exists())
        self.assertFalse((CASE / "res").exists())

    def test_30_a_stray_word(self):
        self.fresh()
        for stray in (["--output", "out", "stray"], ["stray", "--output", "out"], ["--output", "out", "--threads", "1", "stray"]):
            with self.subTest(order=stray):
                done = self.refused("segment", "--manifest", "screen/screen.csv", *stray, words=["'stray'"])
                self.assertNotIn("'out'", done.err)
                self.assertNotIn("'screen/screen.csv'", done.err)

    def test_30_a_bad_value_in_a_config(self):
        self.fresh()
        for key, value in (("threads", "two"), ("illumination-smoothing", "meddian")):
            with self.subTest(key=key):
                replace(CASE / "bad.cfg", f"manifest = screen/screen.csv\n\n{key} = {value}\noutput = out\n".encode())
                self.refused("run", "--config=bad.cfg", words=["bad.cfg:3", key, value])

    def test_30_an_element_type_that_is_not_known(self):
        self.fresh("illumination.h5", "cells.h5")
        header = json.dumps({"conv1.weight": {"dtype": "F4", "shape": [1], "data_offsets": [0, 4]}}).encode()
        replace(CASE / "odd.safetensors", struct.pack("<Q", len(header)) + header + b"\0\0\0\0")
        self.refused("embed", *OUT, "--model=odd.safetensors", "--crop-size=32", words=["odd.safetensors", "F4"])

    def test_31_metrics_named_dash(self):
        """To the standard output, or refused."""
        self.fresh("profiles.h5ad")
        done = self.start("evaluate", "--profiles=out/profiles.h5ad", "--metrics=-").wait()
        self.assertFalse((CASE / "-").exists(), "a file named -")
        if done.code == 0:
            self.assertIn("nsc", json.loads(done.out))
        else:
            self.is_refusal(done, "--metrics")

    def test_31_profiles_that_are_not_there(self):
        self.fresh()
        self.assertNotIn("--output", self.refused("evaluate", "--profiles=nope.csv", words=["nope.csv"]).err)

    def test_31_a_question_ends_with_its_mark(self):
        self.fresh()
        for arguments, near in ((["trian"], "train"), (["segment", *OUT, "--thraeds=1"], "threads")):
            said = self.refused(*arguments, words=[f"Did you mean '{near}'?"]).err.strip()
            self.assertNotRegex(said, r"[?!.]\.$")

    def test_31_a_reason_is_said_once(self):
        """Not for each feature that it made reduce drop."""
        self.fresh("embeddings.h5ad")
        done = self.ok("reduce", "--output=out", "--reduce-normalize=standardize")
        said = [line for line in done.err.splitlines() if "dropped" in line]
        self.assertGreaterEqual(first_number(r"(\d+) features dropped", done.err), 12, "this test shows nothing")
        self.assertLessEqual(said[0].count("standard deviation 0"), 1, said[0])
        self.assertLess(len(said[0]), 500)

    def test_32_a_chain_that_cannot_be_trained_on_so_many_ranks(self):
        """Refused, or cut smaller and said, before anything is computed."""
        self.fresh()
        small = [a for a in CHAIN if not a.startswith(("--batch-size", "--shard-size"))]
        running = self.start(*small, *NATIVE, "--batch-size=16", ranks=2)
        done = running.wait()
        if done.code == 0:
            self.assertRegex(done.err, r"(?i)shard")
        else:
            self.is_refusal(done, "16", "2 ranks", "--shard-size")
            self.assertEqual(list(CASE.glob("out/*.h5*")), [], "only after something was computed")

    def test_32_all_stages_are_checked_first(self):
        self.fresh()
        for wrong, words in (("--treatment=Metadata_Nothing", ["Metadata_Nothing"]), ("--layers=conv9z", ["conv9z"]),
                             ("--class=Metadata_None", ["Metadata_None"]), ("--control=Metadata_Control=none", ["Metadata_Control"])):
            with self.subTest(wrong=wrong):
                shutil.rmtree(CASE / "out", ignore_errors=True)
                self.refused(*CHAIN, *NATIVE, wrong, words=words)
                self.assertEqual(list(CASE.glob("out/*.h5*")), [], "only after something was computed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
