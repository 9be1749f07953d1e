#!/usr/bin/env python3
"""Submits slurm/run.sbatch to a throw-away Slurm of several nodes and judges what it leaves. Exit 77: no Slurm here."""
import json
import shlex
import time

from slurm_case import PROGRAM, SLURM, SlurmCase, main

OUTPUTS = ["cells.h5", "illumination.h5", "model", "embeddings.h5ad", "profiles.h5ad", "profiles.csv", "metrics.json",
           "matches.csv", "failures.csv"]


class RunSbatch(SlurmCase):
    nodes = 3

    def sbatch(self, *arguments, nodes=nodes):
        """Exit code and log of the batch job."""
        log = self.folder / f"job-{time.monotonic_ns()}.log"
        done = self.slurm("sbatch", "--wait", f"--nodes={nodes}", "--cpus-per-task=1", "--time=4", f"--output={log}",
                          SLURM / "run.sbatch", *arguments)
        return done.returncode, done.stdout + done.stderr + (log.read_text(errors="replace") if log.exists() else "")

    def test_chain_over_nodes_then_again(self):
        output = self.folder / "results"
        code, log = self.sbatch(self.config, output, "--seed", "3")
        self.assertEqual(code, 0, log)
        self.assertIn(f"{self.nodes} ranks on n[1-{self.nodes}]", log)
        self.assertEqual(log.count("segment: done"), 1, "the ranks ran alone, not as one\n" + log)
        for name in OUTPUTS:
            self.assertTrue((output / name).exists(), f"{name} is missing\n{log}")
        metrics = json.loads((output / "metrics.json").read_text())
        self.assertLessEqual(0, metrics["nsc"]["correct"])
        self.assertEqual(metrics["nsc"]["total"], 4)
        self.assertEqual(metrics["wells"], 2 * 4 + 2 * 3)
        code, log = self.sbatch(self.config, output, "--seed", "3", nodes=2)
        self.assertEqual(code, 0, log)
        for job in ("segment", "train", "embed", "reduce"):
            self.assertRegex(log, rf"{job}: complete, skipped")

    def test_refused_input_ends_with_code_2_at_once(self):
        broken = self.folder / "broken.cfg"
        broken.write_text("manifset = screen.csv\n")
        began = time.monotonic()
        code, log = self.sbatch(broken, self.folder / "none")
        self.assertEqual(code, 2, log)
        self.assertIn("manifset", log)
        self.assertIn("manifest", log)
        self.assertLess(time.monotonic() - began, 30)

    def test_missing_manifest_ends_with_code_2_on_every_node(self):
        code, log = self.sbatch(self.config, self.folder / "none", "--manifest", self.folder / "absent.csv")
        self.assertEqual(code, 2, log)
        self.assertIn("absent.csv", log)
        self.assertEqual(log.count("cytoscale: error:"), 1, log)

    def test_lone_tasks_are_warned_of(self):
        """srun without PMIx starts programs that know nothing of each other."""
        check = [PROGRAM, "check", "--config", self.config, "--output", self.folder / "none"]
        alone = self.slurm("srun", "--mpi=none", "--nodes=2", "--ntasks=2", *check)
        self.assertEqual(alone.stderr.count("Slurm started 2 tasks, but this run sees 1"), 2, alone.stderr)
        together = self.slurm("srun", "--mpi=pmix", "--nodes=2", "--ntasks=2", *check)
        self.assertEqual(together.returncode, 0, together.stderr)
        self.assertNotIn("Slurm started", together.stderr)
        log = self.folder / "mpirun.log"
        line = shlex.join(["mpirun", "--allow-run-as-root", *map(str, check)])
        self.checked("sbatch", "--wait", "--nodes=2", "--ntasks-per-node=1", f"--output={log}", f"--wrap={line}")
        self.assertEqual(log.read_text().count("no problem found"), 1, log.read_text())
        self.assertNotIn("Slurm started", log.read_text())

    def test_missing_arguments_print_the_usage(self):
        code, log = self.sbatch(self.config)
        self.assertEqual(code, 2, log)
        self.assertIn("usage: sbatch", log)


if __name__ == "__main__":
    main()
