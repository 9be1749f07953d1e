#!/usr/bin/env python3
"""Two jobs on one output: the second is refused and told who the first is; the first ends as if it had been alone. A lock that a dead
run left does not stop the next one. One test for each way that was found (cases 10 to 13).

Environment: see fault_lab.py.
"""
import json
import os
import re
import signal
import socket
import time
import unittest

from fault_case import CASE, FaultCase
from fault_lab import CHAIN, NATIVE, SEGMENTATION, TRAINING, results, send

LOCK = CASE / "out/state/lock"
ILLUMINATE = ["illuminate", *NATIVE, "--output=out", "--threads=1"]
SEGMENT = ["segment", *NATIVE, "--output=out", *SEGMENTATION, "--threads=1"]
TRAIN = ["train", *NATIVE, "--output=out", *TRAINING]
EMBED = ["embed", *NATIVE, "--output=out", "--threads=1", "--model=untrained", "--crop-size=32"]
SLOW = "open:.tif:sleep:40"
JOB = {"SLURM_JOB_ID": "4711"}


def identity(lock):
    """Words of a message that names the holder: its process, the day and the minute of its start."""
    return [str(lock.get("pid", "no lock")), *re.findall(r"\d{4}-\d\d-\d\d|\d\d:\d\d(?=:)", str(lock.get("start", "")))]


class TwoWriters(FaultCase):
    def second_is_refused(self, first, *others):
        """Starts the first, holds it where it is once its lock is there, runs the others, lets the first go on to its end. The lock as
        it was."""
        holder = self.start(*first, ranks=2, env=JOB, faults=SLOW)
        self.assertTrue(holder.until(LOCK.exists, 30), holder.err())
        held = json.loads(LOCK.read_text())
        processes = holder.rank_processes()
        for process in processes:
            send(process, signal.SIGSTOP)
        try:
            ends = [self.start(*late, ranks=2 * (late is others[0])).wait(60) for late in others]
        finally:
            for process in processes:
                send(process, signal.SIGCONT)
        for late in ends:
            self.is_refusal(late, socket.gethostname(), "4711", *identity(held))
            self.assertTrue(late.within(20), late)
        self.assertIn(held["pid"], processes, "the lock is not that of a rank")
        done = holder.wait()
        self.assertEqual(done.code, 0, done)
        self.assertFalse(LOCK.exists(), "the lock stays though its holder has ended")
        return held

    def test_10_two_illuminate(self):
        self.fresh()
        held = self.second_is_refused(ILLUMINATE, [*ILLUMINATE, "--illumination-smoothing=gaussian"])
        self.assertEqual(held["host"], socket.gethostname())
        self.assertEqual(str(held["slurm_job"]), "4711")
        self.assert_no_leftovers(CASE / "out", ["illumination.h5", "failures.csv", "failures/illuminate.csv"])
        self.assertEqual(results(CASE / "out")["illumination.h5"], self.undisturbed["illumination.h5"])

    def test_10_two_illuminate_a_moment_apart(self):
        """Whichever comes first: no writer ends with 0 and another file than its own."""
        for wait_ms in (0, 10, 30, 60):
            self.fresh()
            pair = [self.start(*ILLUMINATE)]
            time.sleep(wait_ms / 1000)
            pair.append(self.start(*ILLUMINATE))
            ends = [one.wait() for one in pair]
            codes = sorted(done.code for done in ends)
            with self.subTest(wait_ms=wait_ms):
                self.assertIn(codes, ([0, 2], [0, 0]), "\n".join(map(str, ends)))  # [0, 0]: one after the other
                self.assertEqual(results(CASE / "out")["illumination.h5"], self.undisturbed["illumination.h5"])
                for done in ends:
                    if done.code == 2:
                        self.is_refusal(done, socket.gethostname())
                self.assert_no_leftovers(CASE / "out", ["illumination.h5", "failures.csv", "failures/illuminate.csv"])

    def test_10_tasks_of_slurm_that_are_not_ranks(self):
        """srun without PMIx starts lone processes: each is told, and only one works."""
        self.fresh()
        alone = {**JOB, "SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0"}
        done = self.ok(*ILLUMINATE, env=alone)
        self.assertRegex(done.err, r"started 4 tasks.*sees 1")
        tasks = [self.start(*ILLUMINATE, env={**alone, "SLURM_PROCID": str(i)}, faults=SLOW) for i in range(3)]
        ends = [task.wait() for task in tasks]
        self.assertEqual(sorted(done.code for done in ends), [0, 2, 2], "\n".join(map(str, ends)))
        self.assertEqual(results(CASE / "out")["illumination.h5"], self.undisturbed["illumination.h5"])
        fits = self.ok(*ILLUMINATE, ranks=2, env={**JOB, "SLURM_STEP_NUM_TASKS": "2"})
        self.assertNotIn("tasks", fits.err)

    def lock_of_a_killed_run(self):
        """What a lock holds, as a run writes it."""
        self.fresh()
        holder = self.start(*ILLUMINATE, ranks=2, faults=SLOW, env=JOB)
        self.assertTrue(holder.until(LOCK.exists), holder.err())
        holder.kill()
        return json.loads(LOCK.read_text())

    def leave(self, record, age_s):
        self.fresh()
        LOCK.parent.mkdir(parents=True, exist_ok=True)
        LOCK.write_text(json.dumps(record))
        os.utime(LOCK, (time.time() - age_s,) * 2)

    def test_10_a_lock_of_a_dead_run(self):
        """Same host: its process is gone. Another host: no sign of life for over two minutes."""
        here = self.lock_of_a_killed_run()
        there = {**here, "host": "node-17.cluster", "boot": "0" * len(here["boot"])}
        for record, age_s in ((here, 1), (there, 180)):
            with self.subTest(host=record["host"], age_s=age_s):
                self.leave(record, age_s)
                self.ok(*ILLUMINATE, ranks=2, timeout=20)
                self.assertFalse(LOCK.exists())

    def test_10_a_lock_of_a_run_on_another_host(self):
        """It gives signs of life: the newcomer waits for the next, and is refused."""
        here = self.lock_of_a_killed_run()
        self.leave({**here, "host": "node-17.cluster", "boot": "0" * len(here["boot"])}, 1)
        second = self.start(*ILLUMINATE, ranks=2)
        self.assertTrue(second.until(lambda: "sign of life" in second.err()), second.err())
        os.utime(LOCK)
        self.is_refusal(second.wait(60), "node-17.cluster", "4711", *identity(here))
        self.assertEqual(json.loads(LOCK.read_text())["host"], "node-17.cluster", "the lock of another was taken")

    def test_10_a_lock_of_a_run_that_is_held_up(self):
        """On the same host its process is there: not dead, though it gives no sign of life."""
        self.fresh()
        holder = self.start(*ILLUMINATE, ranks=1, faults=SLOW)
        self.assertTrue(holder.until(LOCK.exists), holder.err())
        for process in holder.rank_processes():
            send(process, signal.SIGSTOP)
        self.assertTrue(LOCK.exists())
        os.utime(LOCK, (time.time() - 1000,) * 2)
        self.refused(*ILLUMINATE, words=identity(json.loads(LOCK.read_text())))
        holder.kill()

    def test_10_a_killed_run_is_followed_at_once(self):
        self.fresh()
        holder = self.start(*ILLUMINATE, ranks=2, faults=SLOW)
        holder.until(LOCK.exists)
        self.assertTrue(LOCK.exists())
        holder.kill()
        self.assertTrue(LOCK.exists(), "who removed the lock of a killed run?")
        self.ok(*ILLUMINATE, ranks=4)
        self.assertFalse(LOCK.exists())

    def test_10_a_folder_that_is_taken_over(self):
        """As after a cut of the network: at its next sign of life the run finds the lock to be another's, and ends."""
        self.fresh()
        first = self.start(*ILLUMINATE, ranks=2, faults="open:.tif:sleep:1500")
        self.assertTrue(first.until(LOCK.exists), first.err())
        other = {**json.loads(LOCK.read_text()), "id": "0123456789abcdef", "host": "node-17.cluster", "slurm_job": "815"}
        LOCK.write_text(json.dumps(other))
        done = first.wait(60)
        self.is_refusal(done, "node-17.cluster", "815")
        self.assertTrue(done.within(30), done)
        self.assertFalse((CASE / "out/illumination.h5").exists())
        self.assertEqual(json.loads(LOCK.read_text()), other)

    def test_11_two_embed(self):
        self.fresh("cells.h5")
        self.ok(*(a.replace("=out", "=alone") for a in EMBED), "--cells=out/cells.h5", ranks=2)
        self.second_is_refused(EMBED, [*EMBED, "--seed=99"])
        self.assertEqual(results(CASE / "out")["embeddings.h5ad"], results(CASE / "alone")["embeddings.h5ad"])
        self.assert_no_leftovers(CASE / "out", ["cells.h5", "embeddings.h5ad", "failures.csv", "failures/embed.csv"])

    def test_12_two_segment(self):
        self.fresh("illumination.h5")
        self.second_is_refused(SEGMENT, [*SEGMENT, "--split-ratio=0.9"])
        self.assertEqual(results(CASE / "out")["cells.h5"], self.undisturbed["cells.h5"])

    def test_12_two_train(self):
        self.fresh("illumination.h5", "cells.h5")
        self.second_is_refused(TRAIN, [*TRAIN, "--seed=99", "--retrain"])
        self.assertEqual(results(CASE / "out")["model/model.safetensors"], self.undisturbed["model/model.safetensors"])

    def test_12_two_run(self):
        """Or a run and a job."""
        self.fresh()
        chain = [*CHAIN, *NATIVE]
        self.second_is_refused(chain, [*chain, "--seed=99"], SEGMENT)
        self.assert_same(results(CASE / "out"), self.undisturbed)

    def test_13_a_file_system_without_locks(self):
        """flock fails, as on NFS without lockd: nothing needs it, whatever HDF5 is told to."""
        for locking in (None, "BEST_EFFORT", "TRUE"):
            with self.subTest(locking=locking):
                self.fresh()
                self.ok(*CHAIN, *NATIVE, ranks=2, faults="flock::ENOLCK", env={"HDF5_USE_FILE_LOCKING": locking} if locking else {})
                self.assert_same(results(CASE / "out"), self.undisturbed)


if __name__ == "__main__":
    unittest.main(verbosity=2)
