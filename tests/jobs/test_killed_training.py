#!/usr/bin/env python3
"""A training of two ranks that is killed (SIGKILL) at twenty random moments, and started again each time, ends with the weights of
one that was left in peace, to the byte; and so does one that goes on from there on another number of ranks.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_MPIRUN (set by CTest). CYTOSCALE_TEST_SEED: of the moments.
"""
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import subprocess
import time
import unittest

PROGRAM, MPIRUN = os.environ["CYTOSCALE_PROGRAM"], shlex.split(os.environ["CYTOSCALE_MPIRUN"])
SEED = int(os.environ.get("CYTOSCALE_TEST_SEED", "1"))
KILLS, STEPS = 20, 90
SCREEN = ["--seed=3", "--moas=2", "--compounds-per-moa=2", "--concentrations=1", "--batches=4", "--replicates=4", "--field-size=96",
          "--single-group-moas=0", "--plates-per-batch=1", "--controls-per-plate=1", "--fields-per-well=1", "--nucleus-radius=5",
          "--cells-per-field=7"]
TRAINING = ["--treatment=Metadata_Compound", "--crop-size=32", "--batch-size=6", "--shard-size=2", "--threads=1", "--device=cpu",
            f"--steps={STEPS}", "--warmup-steps=5", "--log-every=10", "--checkpoint-every=4", "--validate-every=20",
            "--validation-cells=16", "--regularizer=mixup", "--mixup-partner=batch", "--schedule=plateau", "--schedule-patience=1"]


def descendants(parent):
    """Of a process, itself first."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        except OSError:
            pass  # it ended meanwhile
    found = [parent]
    for process in found:
        found += children.get(process, [])
    return found


def is_rank(process):
    try:
        return os.readlink(f"/proc/{process}/exe") == os.path.realpath(PROGRAM)
    except OSError:
        return False


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def seconds_of_training(train_log):
    header, *rows = (line.split(",") for line in train_log.read_text().splitlines())
    return float(rows[-1][header.index("seconds")])


class KilledTraining(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path("killed").resolve()
        shutil.rmtree(cls.folder, ignore_errors=True)
        cls.manifest = f"--manifest={cls.folder}/screen/screen.csv"
        subprocess.run([PROGRAM, "simulate", f"--output={cls.folder}/screen", *SCREEN], check=True, capture_output=True)
        cls.prepared = cls.folder / "prepared"
        for job in [["illuminate"], ["segment", "--min-nucleus-area=15"]]:
            subprocess.run([PROGRAM, *job, cls.manifest, f"--output={cls.prepared}"], check=True, capture_output=True)

    def start(self, name, ranks):
        log = open(self.folder / f"{name}.log", "a")
        with log:
            return subprocess.Popen([*MPIRUN, "-n", str(ranks), PROGRAM, "train", self.manifest, f"--output={self.folder / name}",
                                     *TRAINING], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def fresh(self, name):
        shutil.copytree(self.prepared, self.folder / name)

    def finish(self, name, ranks):
        """Runs to the end; the weights' bytes and the log of the training."""
        self.assertEqual(self.start(name, ranks).wait(300), 0, (self.folder / f"{name}.log").read_text())
        model = self.folder / name / "model"
        losses = [line.split(",")[:5] for line in (model / "train_log.csv").read_text().splitlines()]
        return (model / "model.safetensors").read_bytes(), losses

    def last_step(self, name):
        steps = [int(re.search(r"\d+", path.name)[0]) for path in (self.folder / name / "model").glob("checkpoint_*.safetensors")]
        return max(steps, default=0)

    def kill_at(self, name, seconds, moments):
        """One rank, or mpirun and both, after so many seconds or a little after a new checkpoint, so that twenty lives are not
        enough for the whole training however fast the machine is. Nothing of it is left on return."""
        before = self.last_step(name)
        job = self.start(name, 2)
        until = time.time() + seconds
        while time.time() < until and self.last_step(name) == before:
            time.sleep(0.01)
        if self.last_step(name) > before:
            time.sleep(moments.uniform(0, 0.2))
        self.assertIsNone(job.poll(), "it ended before it was killed:\n" + (self.folder / f"{name}.log").read_text())
        all_of_it = descendants(job.pid)
        ranks = [process for process in all_of_it if is_rank(process)]
        one = bool(ranks) and moments.random() < 0.5
        for process in [moments.choice(ranks)] if one else all_of_it:
            kill(process)
        self.assertNotEqual(job.wait(60), 0)
        until = time.time() + 60
        while any(is_rank(process) for process in ranks):
            self.assertLess(time.time(), until, "a rank outlived the others")
            time.sleep(0.02)

    def test_ends_as_if_left_in_peace(self):
        self.fresh("peace")
        begun = time.time()
        weights, losses = self.finish("peace", 2)
        whole = time.time() - begun
        # From the start of the program to a while after training begins.
        training = seconds_of_training(self.folder / "peace/model/train_log.csv")
        latest = whole - training + training / 8
        moments = random.Random(SEED)
        self.fresh("killed")
        reached = []
        for _ in range(KILLS):
            self.kill_at("killed", moments.uniform(0.05, latest), moments)
            reached.append(self.last_step("killed"))
        print(f"{whole:.1f} s in peace, {training:.1f} s of it training; checkpoints found after the kills: {reached}", flush=True)
        self.assertEqual(reached, sorted(reached), "a checkpoint was lost")
        self.assertGreater(reached[-1], 0, "no kill came while it trained")
        for ranks in [1, 3]:
            shutil.copytree(self.folder / "killed", self.folder / f"then{ranks}")
        for name, ranks in [("killed", 2), ("then1", 1), ("then3", 3)]:
            again, losses_again = self.finish(name, ranks)
            self.assertEqual(losses_again, losses)
            self.assertTrue(again == weights, f"other weights, going on with {ranks} ranks")


if __name__ == "__main__":
    unittest.main(verbosity=2)
