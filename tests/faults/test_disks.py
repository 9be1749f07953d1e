#!/usr/bin/env python3
"""Disks that are full, read-only or failing, and files that are damaged: an error that names the file (and the host and rank where it is
one rank's), never a crash or another result; what was done is kept, and the same command goes on when the fault is gone. One test for
each way that was found (cases 19, 23 to 26 and 29).

Environment: see fault_lab.py. Tests that need a file system of their own skip where none can be mounted.
"""
import os
import random
import re
import socket
import subprocess
import time
import unittest

import numpy as np

from fault_case import CASE, clone, first_number, images, replace, tensors
from fault_disk import FULL, DiskCase
from fault_files import change_tensor, data_ranges, flipped, read_tensors
from fault_lab import CHAIN, NATIVE, PATIENCE, SEGMENTATION, TRAINING, results, rows_of

OUT = [*NATIVE, "--output=out"]
TRAIN = ["train", *OUT, *TRAINING]
EMBED = ["embed", *OUT, "--threads=1", "--crop-size=32"]
SLOW_STEPS = "open:train_log.csv:sleep:150;write:train_log.csv:sleep:150"
VERIFIED = ["illumination.h5", "cells.h5", "model/model.safetensors", "embeddings.h5ad", "wells.h5ad", "profiles.h5ad", "treatments.h5ad"]


class Disks(DiskCase):
    def test_19_disk_full_in_segment(self):
        self.full_disk(["segment", *OUT, *SEGMENTATION, "--threads=1"], ["illumination.h5"], "cells.h5", [0, 8, 16, 20, 24])

    def test_19_disk_full_in_reduce(self):
        reduce = ["reduce", "--output=out", "--reduce-normalize=standardize"]
        size = (self.world / "out/profiles.h5ad").stat().st_size // 1024
        self.full_disk(reduce, ["embeddings.h5ad"], "profiles.h5ad", [0, size // 2, size - 4, 2 * size, 2 * size + 100], ranks=0)

    def test_19_disk_full_in_the_chain(self):
        """Each stage in turn meets the end of the disk; the run goes on from there with every bit of space."""
        self.fresh()
        self.small_disk(700)
        codes = []
        for mib in (0.1, 20, 120):
            done = self.start_with_room(int(mib * 1024), *CHAIN, *NATIVE)
            codes.append(done.code)
            with self.subTest(room_mib=mib):
                self.assertIn(done.code, (0, 2), done)
                if done.code == 2:
                    self.is_refusal(done)
                    self.assertRegex(done.err, r"space|the disk has|room")
        self.assertIn(2, codes)
        self.ok(*CHAIN, *NATIVE, ranks=2)
        self.assert_same(results(FULL), self.undisturbed)

    def with_crop_store(self):
        self.fresh("illumination.h5", "cells.h5")
        self.ok("crop", *OUT, "--crop-size=32", "--threads=1")

    def two_steps_are_logged(self):
        log = CASE / "out/model/train_log.csv"
        return log.exists() and len(rows_of(log)) >= 2

    def continues(self):
        self.ok(*TRAIN, ranks=2)
        self.assertTrue(tensors(CASE / "out") == tensors(self.world / "out"), "other weights after the fault")

    def test_23_a_disk_that_fails_for_one_rank(self):
        self.with_crop_store()
        trigger = CASE / "trigger"
        running = self.start(*TRAIN, ranks=2, faults=f"{SLOW_STEPS};read@1:crops.h5:EIO", after=trigger)
        self.assertTrue(running.until(self.two_steps_are_logged), running.err())
        trigger.touch()
        begun = time.monotonic()
        self.is_refusal(running.wait(60), "crops.h5", socket.gethostname(), "rank 1", aborted=True)
        self.assertLess(time.monotonic() - begun, 10 * PATIENCE)
        self.continues()

    def test_23_a_crop_store_cut_short_meanwhile(self):
        """By a copy over it, say."""
        self.with_crop_store()
        store = CASE / "out/crops.h5"
        whole = store.read_bytes()
        running = self.start(*TRAIN, ranks=2, faults=SLOW_STEPS)
        self.assertTrue(running.until(self.two_steps_are_logged), running.err())
        os.truncate(store, len(whole) // 8)
        self.is_refusal(running.wait(60), "crops.h5", socket.gethostname(), aborted=True)
        store.write_bytes(whole)
        self.continues()

    def test_24_the_newest_checkpoint_is_damaged(self):
        """The one before is taken, and said."""
        for damage in (lambda data: data[:len(data) // 2], lambda data: b""):
            self.fresh("illumination.h5", "cells.h5", "model")
            model = CASE / "out/model"
            (model / "model.safetensors").unlink()
            older, newest = sorted(model.glob("checkpoint_*"), key=lambda p: int(re.search(r"\d+", p.name)[0]))
            replace(newest, damage(newest.read_bytes()))
            done = self.ok(*TRAIN, ranks=2)
            self.assertIn(f"continuing from out/model/{older.name}", done.err)
            self.assertIn(newest.name, done.err)
            self.assertTrue(tensors(CASE / "out") == tensors(self.world / "out"), "other weights after the fault")

    def weights(self, change, matching):
        """Replaces a tensor of the model."""
        path = CASE / "out/model/model.safetensors"
        data = path.read_bytes()
        name = next(n for n in read_tensors(data)[0] if n.endswith(matching))
        replace(path, change_tensor(data, name, change))

    def test_25_weights_that_no_training_makes(self):
        def one_is(value):
            return lambda values: np.concatenate([[value], values[1:]])

        for tensor, value, word in (("bn1.running_var", -1.0, "running_var"), ("conv1.weight", np.nan, "conv1.weight"),
                                    ("layer1.0.bn1.weight", np.inf, "bn1.weight")):
            with self.subTest(tensor=tensor, value=value):
                self.fresh("illumination.h5", "cells.h5", "model")
                self.weights(one_is(value), tensor)
                self.refused(*EMBED, ranks=2, words=["model.safetensors", word])
                self.assertFalse((CASE / "out/embeddings.h5ad").exists())

    def test_25_features_that_are_no_numbers_are_counted_and_said(self):
        """Finite weights of which the network makes infinities."""
        self.fresh("illumination.h5", "cells.h5", "model")
        self.weights(lambda values: np.full_like(values, 3e38), "layer1.0.conv1.weight")
        done = self.start(*EMBED, ranks=2).wait()
        if done.code == 0:
            self.assertIsNotNone(first_number(r"([\d,]+)[^\n]*(?:NaN|not finite|not numbers|no number)", done.err), done)
        else:
            self.is_refusal(done, "features")

    def test_26_a_read_only_output(self):
        """Found before anything is computed, that is, before the pixels of an image are read."""
        log = CASE / "calls.log"
        self.fresh("illumination.h5", "cells.h5", "model", "embeddings.h5ad")
        if os.geteuid() == 0:
            self.small_disk(300)
            subprocess.run(["mount", "-o", "remount,ro", str(FULL)], check=True)
        else:
            os.chmod(CASE / "out", 0o555)
        self.ok("check", *NATIVE, faults="read:.tif:log", log=log)
        of_headers = log.read_text().count("read ")
        log.unlink()
        for job in (["illuminate", *OUT], ["segment", *OUT], ["crop", *OUT], EMBED, ["train", *OUT, "--retrain", *TRAINING],
                    ["reduce", "--output=out"], ["evaluate", "--output=out"], [*CHAIN, *NATIVE]):
            with self.subTest(job=job[0]):
                done = self.start(*job, ranks=2 if job[0] == "run" else 0, faults="read:.tif:log", log=log).wait(60)
                reads = log.read_text().count("read ") if log.exists() else 0
                log.unlink(missing_ok=True)
                self.is_refusal(done, "out")
                self.assertLessEqual(reads, of_headers, "only after images were read")

    def test_29_flipped_bytes_are_found(self):
        self.fresh(*VERIFIED)
        self.ok("verify", *(f"out/{name}" for name in VERIFIED))
        self.ok("verify", *(f"out/{name}" for name in VERIFIED), ranks=2)
        draw = random.Random(29)
        mutants = []
        for name in VERIFIED:
            data = (CASE / "out" / name).read_bytes()
            blocks = data_ranges(CASE / "out" / name)
            for number, block in enumerate(draw.choices(sorted(blocks), k=5)):
                first, length = blocks[block]
                mutants.append(CASE / f"{number}_{name.replace('/', '_')}")
                mutants[-1].write_bytes(flipped(data, first + draw.randrange(length), draw.randrange(8)))
        done = self.start("verify", *(path.name for path in mutants), ranks=2).wait()
        self.assertEqual(done.code, 2, done)
        missed = [path.name for path in mutants if path.name not in done.out + done.err]
        self.assertEqual(missed, [])

    def test_29_what_is_not_whole_is_named(self):
        self.fresh(*VERIFIED)
        names = []
        for name in VERIFIED:
            data = (CASE / "out" / name).read_bytes()
            for part in (0.0, 0.5, 0.999):
                names.append(f"cut{part}_{name.replace('/', '_')}")
                (CASE / names[-1]).write_bytes(data[:int(part * len(data))])
        done = self.start("verify", "out/cells.h5", *names, "nowhere.h5ad").wait()
        self.assertEqual(done.code, 2, done)
        self.assertEqual([n for n in [*names, "nowhere.h5ad"] if n not in done.out + done.err], [])
        for good in ("out/cells.h5",):
            self.assertEqual(self.start("verify", good).wait().code, 0)

    def test_29_an_unfinished_file_is_not_whole(self):
        self.fresh("illumination.h5", "cells.h5", "model")
        part = CASE / "out/embeddings.h5ad.part"
        running = self.start(*EMBED, faults="open:.tif:sleep:20")
        self.assertTrue(running.until(part.exists), running.err())
        time.sleep(0.3)
        running.kill()
        self.assertTrue(part.exists())
        clone(CASE / "out", CASE / "other")
        (CASE / "other/embeddings.h5ad.part").rename(CASE / "other/embeddings.h5ad")
        done = self.refused("verify", "other/embeddings.h5ad", words=["other/embeddings.h5ad"])
        self.assertRegex(done.err, r"\d+ fields|unfinished|pending")

    def test_field_timeout(self):
        """A read that hangs, as on a file server that is gone: the field is given up, counted, and the run ends right."""
        self.fresh()
        stuck = images(CASE / "screen")[4]
        job = ["segment", *OUT, *SEGMENTATION, "--threads=1", "--field-timeout=2"]
        done = self.ok(*job, ranks=2, timeout=60, faults=f"open:{stuck.name}:stall")
        self.assertTrue(done.within(20), done)
        failures = rows_of(CASE / "out/failures/segment.csv")
        self.assertEqual([os.path.basename(row["File"]) for row in failures], [stuck.name])
        self.refused(*job, "--max-failed-fields=0", ranks=2, timeout=60, faults=f"open:{stuck.name}:stall", words=[stuck.name])


if __name__ == "__main__":
    unittest.main(verbosity=2)
