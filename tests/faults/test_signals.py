#!/usr/bin/env python3
"""TERM, USR1 and INT, to one rank or to mpirun: each job saves what it has at the next safe point, says in one line how to go on, and ends
with code 75; the same command then goes on from there and ends with the bytes of a run that was left in peace. What a run leaves that was
killed while it saved, the next one removes. Cases 14 and 18 (15 to 17 need Slurm).

On TERM and INT mpirun waits for some seconds (OMPI_MCA_odls_base_sigkill_timeout), sends TERM to its ranks, waits as long again, sends
KILL, and ends with 1 whatever they say; USR1 it passes on.

Environment: see fault_lab.py.
"""
import re
import signal
import unittest

from fault_case import CASE, FaultCase, tensors
from fault_lab import CHAIN, NATIVE, NO_RESULT, SCREEN, SEGMENTATION, TRAINING, results, rows_of, send

INTERRUPTED = 75
ILLUMINATE = ["illuminate", *NATIVE, "--output=out", "--threads=1"]
SEGMENT = ["segment", *NATIVE, "--output=out", *SEGMENTATION, "--threads=1"]
CROP = ["crop", *NATIVE, "--output=out", "--threads=1", "--crop-size=32"]
EMBED = ["embed", *NATIVE, "--output=out", "--threads=1", "--crop-size=32"]
TRAIN = ["train", *NATIVE, "--output=out", *TRAINING, "--checkpoint-every=1000"]
TRAIN.remove("--checkpoint-every=3")
SIMULATE = ["simulate", "--output=simulated", *SCREEN]
SLOW_IMAGES = "open:.tif:sleep:60;read:.tif:log"
SLOWER_IMAGES = "open:.tif:sleep:250;read:.tif:log"  # than mpirun takes to pass TERM on
SLOW_STEPS = "open:train_log.csv:sleep:150;write:train_log.csv:sleep:150"
LOG = CASE / "calls.log"


def calls(kind):
    """Path of each call noted, in order."""
    if not LOG.exists():
        return []
    return [line.split(" ", 1)[1] for line in LOG.read_text().splitlines() if line.startswith(kind + " ")]


def steps_logged():
    path = CASE / "out/model/train_log.csv"
    return len(rows_of(path)) if path.exists() else 0


class Signals(FaultCase):
    def interrupt(self, job, name, to, when, faults, ranks=2):
        """Runs the job under these faults, and sends the signal to mpirun or a rank as soon as when() is true. Its end."""
        LOG.unlink(missing_ok=True)
        running = self.start(*job, ranks=ranks, faults=faults, log=LOG, env={"OMPI_MCA_odls_base_sigkill_timeout": "3"})
        self.assertTrue(running.until(when), f"it ended or stood still before the signal\n{running.err()}")
        processes = running.rank_processes()
        target = running.process.pid if to == "mpirun" else processes[0 if to == "rank 0" else -1]
        send(target, getattr(signal, "SIG" + name))
        done = running.wait(60)
        by_mpirun = ranks > 0 and to == "mpirun" and name != "USR1"
        self.assertEqual(done.code, 1 if by_mpirun else INTERRUPTED, done)
        self.assertTrue(done.within(30), done)
        told = [line for line in done.err.splitlines() if re.search(r"same command", line)]
        self.assertEqual(len(told), 1, f"not one line that says how to go on\n{done}")
        self.assertEqual(done.errors(), 0, f"an interruption is no error\n{done}")
        return done

    def images_saved(self, job, full, ranks):
        """Continues an interrupted job; for how many images that spared it reading (all of) them again. `full`: reads of a whole run."""
        LOG.unlink()
        self.ok(*job, ranks=ranks, faults="read:.tif:log", log=LOG)
        reads = calls("read")
        return sum(reads.count(path) < full.count(path) for path in set(full))

    def a_pass_over_images(self, job, files, share, result, signals, ranks=2):
        """Interrupts a job in each of these ways after a share of its reading, and continues it."""
        self.fresh(*files)
        LOG.unlink(missing_ok=True)
        self.ok(*job, ranks=ranks, faults="open:.tif:log;read:.tif:log", log=LOG)
        opens, full, expected = len(calls("open")), calls("read"), results(CASE / "out")[result]
        if result in self.undisturbed and job is not EMBED:
            self.assertEqual(expected, self.undisturbed[result])
        for name, to in signals:
            with self.subTest(signal=name, to=to):
                self.fresh(*files)
                slow = SLOWER_IMAGES if (name, to) == ("TERM", "mpirun") else SLOW_IMAGES
                self.interrupt(job, name, to, lambda: len(calls("open")) >= share * opens, slow, ranks)
                self.assertFalse((CASE / "out" / result).exists(), "it had ended before")
                self.assertGreaterEqual(self.images_saved(job, full, ranks), 6, "what had been done was done again")
                self.assertEqual(results(CASE / "out")[result], expected)
                tables = ["failures.csv", f"failures/{job[0]}.csv", *(["dropped.csv"] if job[0] == "segment" else [])]
                self.assert_no_leftovers(CASE / "out", [*files, result, *tables])

    def test_14_illuminate(self):
        """On one rank, which does plate after plate: the first is done."""
        self.a_pass_over_images(ILLUMINATE, [], 0.8, "illumination.h5", [("TERM", "rank"), ("USR1", "mpirun")], ranks=1)

    def test_14_segment(self):
        self.a_pass_over_images(SEGMENT, ["illumination.h5"], 0.4, "cells.h5", [("INT", "rank"), ("TERM", "mpirun")])

    def test_14_crop(self):
        self.a_pass_over_images(CROP, ["illumination.h5", "cells.h5"], 0.6, "crops.h5", [("TERM", "rank")])

    def test_14_embed(self):
        inputs = ["illumination.h5", "cells.h5", "model/model.safetensors"]
        self.a_pass_over_images(EMBED, inputs, 0.6, "embeddings.h5ad", [("USR1", "rank")])

    def test_14_train(self):
        for name, to, ranks in (("TERM", "rank", 2), ("USR1", "mpirun", 2), ("INT", "itself", 0)):
            with self.subTest(signal=name, to=to):
                self.fresh("illumination.h5", "cells.h5")
                self.interrupt(TRAIN, name, to, lambda: steps_logged() >= 3, SLOW_STEPS, ranks)
                saved = [int(re.search(r"_(\d+)", p.name)[1]) for p in (CASE / "out/model").glob("checkpoint_*")]
                self.assertGreaterEqual(max(saved, default=0), 3, "nothing was saved")
                done = self.ok(*TRAIN, ranks=2)
                self.assertIn(f"checkpoint_{max(saved)}", done.err)
                self.assertTrue(tensors(CASE / "out") == tensors(self.world / "out"), "other weights than in one go")
                self.assertEqual(results(CASE / "out")["model/train_log.csv"], self.undisturbed["model/train_log.csv"])

    def test_14_run(self):
        """The chain, in two of its stages."""
        chain = [*CHAIN, *NATIVE]
        self.fresh()
        self.interrupt(chain, "USR1", "mpirun", lambda: (CASE / "out/illumination.h5").exists(), SLOW_IMAGES)
        self.interrupt(chain, "TERM", "rank", lambda: steps_logged() >= 3, SLOW_STEPS)
        done = self.ok(*chain, ranks=2)
        self.assertIn("continuing from", done.err)
        self.assert_same(results(CASE / "out"), self.undisturbed)

    def test_14_jobs_that_begin_anew(self):
        """Short ones: what they had done is lost, and the next run ends with the same bytes."""
        beside = ["reduce", "--output=out"], ["evaluate", "--output=out"], SIMULATE
        slow = "open:embeddings.h5ad:sleep:400", "open:profiles.h5ad:sleep:400", "open:.tif:sleep:40"
        for job, pause, to in zip(beside, slow, ("rank", "rank 0", "rank")):  # rank 0 alone evaluates
            with self.subTest(job=job[0]):
                self.fresh("embeddings.h5ad", "wells.h5ad", "profiles.h5ad")
                before = results(CASE / "out")
                watched = pause.split(":")[1]
                self.interrupt(job, "TERM", to, lambda: len(calls("open")) >= 1, f"{pause};read:{watched}:log;open:{watched}:log")
                self.assertEqual(results(CASE / "out"), before, "it had ended before")
                self.ok(*job, ranks=2)

    def test_14_a_signal_before_anything_is_done(self):
        """While images are opened for the first time."""
        self.fresh()
        self.interrupt(ILLUMINATE, "TERM", "rank", lambda: len(calls("open")) >= 1, SLOW_IMAGES)
        self.ok(*ILLUMINATE, ranks=2)
        self.assertEqual(results(CASE / "out")["illumination.h5"], self.undisturbed["illumination.h5"])

    def test_18_what_was_left_while_saving_is_removed(self):
        """Killed at the very moment at which a file is put in its place, file by file of the chain."""
        chain = [*CHAIN, *NATIVE]
        self.fresh()
        left = 0
        for name in ("illumination.h5", "model.safetensors", "embeddings.h5ad", "metrics.json"):
            LOG.unlink(missing_ok=True)
            running = self.start(*chain, ranks=2, faults=f"rename:{name}:stall", log=LOG)
            self.assertTrue(running.until(lambda: calls("rename")), f"{name} was not put in its place by a rename\n{running.err()}")
            running.kill()
            present = {str(p.relative_to(CASE / "out")) for p in (CASE / "out").rglob("*") if p.is_file()}
            left += len([n for n in present - set(self.undisturbed) if "state/" not in n and not NO_RESULT.search(n)])
        self.assertGreater(left, 0, "no kill left anything: this test shows nothing")
        self.ok(*chain, ranks=2)
        self.assert_same(results(CASE / "out"), self.undisturbed)
        for leftover in (CASE / "out/state").glob("*"):
            self.assertNotRegex(leftover.name, r"tmp|lock|part", "left in state/")

    def test_18_what_was_left_of_a_file_that_the_next_run_does_not_write(self):
        self.fresh("illumination.h5", "cells.h5")
        first = [*TRAIN[:-1], "--checkpoint-every=3"]
        running = self.start(*first, ranks=2, faults="rename:checkpoint_3.safetensors:stall", log=LOG)
        self.assertTrue(running.until(lambda: calls("rename")), running.err())
        running.kill()
        self.assertTrue(list(CASE.glob("out/model/*checkpoint_3*")), "nothing was left: this test shows nothing")
        self.ok(*TRAIN[:-1], "--checkpoint-every=4", ranks=2)
        left = {p.name for p in (CASE / "out/model").iterdir()}
        self.assertEqual(left, {"model.safetensors", "checkpoint_4.safetensors", "train_log.csv", "training_wells.csv"})
        self.assertTrue(tensors(CASE / "out") == tensors(self.world / "out"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
