#!/usr/bin/env python3
"""What befalls jobs on a cluster: requeueing, a lost node, time limits, cancelling, preemption. Each chain goes on by itself (or after
the same slurm/submit again) and ends with the bytes of one that nothing disturbed. Exit 77: no Slurm here.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR (set by CTest).
"""
import os
import pathlib
import re
import signal

from slurm_case import LAB, PROGRAM, SlurmCase, call, main

# Each stage takes seconds on two cores, so that a fault meets it at work.
SCREEN = {"seed": 7, "moas": 2, "compounds-per-moa": 2, "concentrations": 1, "batches": 4, "replicates": 4,
          "single-group-moas": 0, "plates-per-batch": 1, "controls-per-plate": 3, "fields-per-well": 4, "field-size": 256,
          "cells-per-field": 12}
TRAINING = {"crop-size": 48, "steps": 60, "batch-size": 16, "shard-size": 4, "validation-cells": 20, "checkpoint-every": 5,
            "validate-every": 30, "device": "cpu"}


def ranks(lab):
    """Processes of the program on all nodes of the lab."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (os.readlink(process / "exe") == os.path.realpath(PROGRAM) and
                    f"SLURM_CONF={lab}/".encode() in (process / "environ").read_bytes()):
                found.append(int(process.name))
        except OSError:
            pass  # it ended meanwhile
    return found


class Faults(SlurmCase):
    nodes = 4
    screen, training = SCREEN, TRAINING

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        alone = call(PROGRAM, "run", "--config", cls.config, "--output", cls.folder / "alone", "--threads", "2")
        if alone.returncode:
            raise RuntimeError("run: " + alone.stderr)
        print(alone.stderr, flush=True)

    def chain(self, name, **cluster):
        output = self.folder / name
        done = self.submit(output, cluster=self.cluster(name, **cluster))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.slurm, "scancel", *self.ids(output).values())
        return output

    def wait_until_within(self, output, job, stage, seconds=1.0):
        """Until the job's present start has been at the stage for some seconds; the job's id."""
        def present():
            return self.log(output, job).rpartition("run.sbatch: ")[2]
        self.wait_for(lambda: re.search(rf"^(?:\[.*\] )?{stage}: (?!complete)", present(), re.M), f"{stage} of {output.name}", 120)
        self.wait_for(lambda: self.at_work(output, stage), f"{stage}'s work", 30)
        self.assertNotIn(f"{stage}: done", present(), f"{stage} is too short to be met at work\n{present()}")
        return self.ids(output)[job]

    def at_work(self, output, stage):
        """Something of the stage is on disk that a next start goes on from."""
        where = {"segment": "cells.h5*", "train": "model/checkpoint_*", "embed": "embeddings.h5ad.part"}
        return list(output.glob(where[stage]))

    def judge(self, output, job, starts=2):
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 0, words + self.logs(output))
        undisturbed, found = self.results(self.folder / "alone"), self.results(output)
        self.assertEqual(found, undisturbed, self.logs(output))
        self.assertGreaterEqual(sum(start.event == "start" for start in self.starts(output, job)), starts)

    def test_requeued_within_segment_train_and_embed(self):
        output = self.chain("requeued")
        for job, stage in (("prepare", "segment"), ("train", "train"), ("embed", "embed")):
            self.checked("scontrol", "requeue", self.wait_until_within(output, job, stage))
            self.wait_for(lambda job=job: len(self.starts(output, job)) > 2, f"second start of {job}")
        for job in ("prepare", "train", "embed"):
            self.judge(output, job)
            self.assertIn("ended with exit code 75", self.log(output, job))
        self.assertIn("start 1", self.log(output, "train"), "the first start's log is kept")

    def test_a_lost_node(self):
        for head in (False, True):  # the node where the batch script and rank 0 are, and another
            output = self.chain(f"lost{head}", train__nodes=3)
            number = self.wait_until_within(output, "train", "train")
            nodes = self.checked("scontrol", "show", "hostnames", self.starts(output, "train")[-1].detail.split()[1]).split()
            node = nodes[0 if head else -1]
            lost = call(LAB, "power-off", self.lab, node[1:])
            if lost.returncode == 77:
                self.skipTest(lost.stderr)
            self.wait_for(lambda: "PENDING" in self.in_queue(output) and number in self.in_queue(output), "requeueing", 90)
            self.wait_for(lambda: len([s for s in self.starts(output, "train") if s.event == "start"]) > 1, "the second start", 90)
            call(LAB, "start-node", self.lab, node[1:], env=self.environment)
            self.judge(output, "train")

    def test_a_time_limit_that_strikes(self):
        output = self.chain("limit", train__time=1)
        self.wait_until_within(output, "train", "train")
        self.hold(lambda: "asked to stop" in self.log(output, "train"), "the signal of the time limit")
        self.judge(output, "train")
        self.assertIn("requeued: interrupted, its state saved", self.log(output, "train"))

    def test_a_program_that_hangs_at_its_time_limit(self):
        output = self.chain("hangs", train__time=1)
        self.wait_until_within(output, "train", "train")
        self.hold(lambda: "requeued: the time limit is near" in self.log(output, "train"), "requeueing before the limit")
        self.judge(output, "train")

    def hold(self, condition, what):
        """Ranks stand still until the condition, as on a file system that hangs."""
        held = ranks(self.lab)
        self.assertTrue(held)
        for rank in held:
            os.kill(rank, signal.SIGSTOP)
        try:
            self.wait_for(condition, what, 90)
        finally:
            for rank in held:
                try:
                    os.kill(rank, signal.SIGCONT)
                except ProcessLookupError:
                    pass

    def test_cancelled_and_submitted_again(self):
        output = self.chain("cancelled")
        number = self.wait_until_within(output, "train", "train")
        self.checked("scancel", number)
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 2, words)
        self.assertRegex(words, r"train +\d+ +stopped: cancelled")
        self.assertRegex(words, r"embed +\d+ +ended by Slurm: CANCELLED")
        self.assertNotIn("requeued: ", self.log(output, "train"))
        again = self.submit(output)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotIn("cytoscale-prepare", again.stdout)
        self.judge(output, "train")

    def test_preempted(self):
        output = self.chain("preempted")
        number = self.wait_until_within(output, "train", "train")
        urgent = self.checked("sbatch", "--parsable", "--partition=high", "--exclusive", "--nodes=4", "--output=/dev/null",
                              "--wrap=sleep 1").strip()
        self.wait_for(lambda: urgent not in self.checked("squeue", "--noheader", "--format=%i"), "the urgent job", 60)
        self.assertEqual(self.ids(output)["train"], number)
        self.judge(output, "train")
        self.assertIn("requeued: interrupted, its state saved", self.log(output, "train"))

    def test_starts_that_get_nowhere_are_given_up(self):
        output = self.chain("stuck", launcher_options="--no-such-option")
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 2, words)
        self.assertRegex(words, r"prepare +\d+ +stopped: given up after 5 starts without progress")
        self.assertEqual(sum(start.event == "start" for start in self.starts(output, "prepare")), 6)
        self.assertIn("given up: nothing was done in the last 5 starts", self.log(output, "prepare"))


if __name__ == "__main__":
    main(needs=["--until", "--explain"])
