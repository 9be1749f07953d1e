#!/usr/bin/env python3
"""slurm/submit, slurm/status and slurm/reprocess on a throw-away Slurm of four nodes. Exit 77: no Slurm here."""
import csv
import shutil
import unittest

from slurm_case import JOBS, LAB, PROGRAM, SLURM, SlurmCase, call, main


class Scripts(unittest.TestCase):
    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_shellcheck_finds_nothing(self):
        scripts = [SLURM / name for name in ("run.sbatch", "submit", "status", "reprocess")] + [LAB]
        done = call("shellcheck", "--external-sources", "--source-path=SCRIPTDIR", *scripts)
        self.assertEqual(done.returncode, 0, done.stdout)


class Submit(SlurmCase):
    nodes = 4

    def test_dry_run_prints_what_is_then_submitted(self):
        output = self.folder / "dry"
        dry = self.submit(output, "--dry-run", "seed=3")
        self.assertEqual(dry.returncode, 0, dry.stderr)
        self.assertFalse(output.exists(), "a dry run writes nothing")
        lines, script = dry.stdout.split("\n\n", 1)
        self.assertEqual([line.split("--job-name=cytoscale-")[1].split()[0] for line in lines.splitlines()], list(JOBS))
        self.assertEqual(script.split("\n", 1)[1], (SLURM / "run.sbatch").read_text())
        train = lines.splitlines()[1]
        for word in ("--nodes=4", "--cpus-per-task=1", "--time=10", "--signal=B:USR1@45", "--requeue", "--open-mode=append",
                     f"--output={output}/log/train.log", "--dependency=afterok:ID_OF_PREPARE", "--kill-on-invalid-dep=yes",
                     "--until train", "--setup 'echo"):
            self.assertIn(word, train)
        self.assertNotIn("--dependency", lines.splitlines()[0])
        self.assertIn("plan for 4 ranks", dry.stderr)

        submitted = self.submit(output, "seed=3")
        self.addCleanup(self.slurm, "scancel", *self.ids(output).values())
        self.assertEqual(submitted.returncode, 0, submitted.stderr)
        ids = self.ids(output)
        for job, number in ids.items():
            lines = lines.replace(f"ID_OF_{job.upper()}", number)
        self.assertEqual(submitted.stdout.strip(), lines)
        self.assertEqual(self.checked("scontrol", "write", "batch_script", ids["train"], "-").strip(),
                         (SLURM / "run.sbatch").read_text().strip())
        self.assertIn("seed = 3", (output / "state" / "slurm" / "config.cfg").read_text())

        again = self.submit(output, "seed=3")
        self.assertEqual(again.returncode, 2)
        self.assertRegex(again.stderr, rf"in the queue: .*{ids['train']} PENDING.*scancel .*{ids['train']}")
        self.assertEqual(self.ids(output), ids)

    def test_to_the_end_with_the_bytes_of_a_run_without_slurm(self):
        output = self.folder / "whole"
        self.assertEqual(self.submit(output).returncode, 0)
        waiting = self.slurm(SLURM / "status", output)
        self.assertEqual(waiting.returncode, 1, waiting.stdout)
        self.assertRegex(waiting.stdout, r"evaluate +\d+ +waiting for the job before it")
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 0, words + self.logs(output))
        self.assertRegex(words, r"prepare +\d+ +illuminate segment +complete")
        self.assertIn("set up on n1", self.log(output, "train"))
        alone = call(PROGRAM, "run", "--config", self.config, "--output", self.folder / "alone", "--threads", "1")
        self.assertEqual(alone.returncode, 0, alone.stderr)
        self.assertEqual(self.results(output), self.results(self.folder / "alone"))
        again = self.submit(output)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("nothing is left", again.stderr)
        self.assertEqual(again.stdout, "")
        # What is missing, and all that is behind it, is submitted anew.
        (output / "embeddings.h5ad").unlink()
        left = self.submit(output, "--dry-run")
        self.assertEqual([job for job in JOBS if f"--job-name=cytoscale-{job} " in left.stdout], ["embed", "evaluate"])

    def test_a_refused_config_or_screen_submits_nothing(self):
        for overrides, words in [(["manifset=a.csv"], "manifset"), (["manifest=absent.csv"], "absent.csv"), (["steps=many"], "many")]:
            done = self.submit(self.folder / "none", *overrides)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertFalse((self.folder / "none").exists())

    def test_a_wrong_cluster_file_is_refused_with_its_line(self):
        for line, words in [("nodes = none", "not a whole number"), ("tiem = 3", "there is no key 'tiem'"), ("tran.time = 3", "there is no job 'tran'"),
                            ("partition main", "not of the form"), ("signal-lead = 20", "too short"), ("launcher = ssh", "srun or mpirun"),
                            ("nodes = 1\nnodes = 2", "set twice")]:
            path = self.folder / "wrong.cluster"
            path.write_text("# first\n" + line + "\n")
            done = self.submit(self.folder / "none", cluster=path)
            self.assertEqual(done.returncode, 2, line)
            self.assertIn(words, done.stderr)
            self.assertRegex(done.stderr, r"wrong\.cluster:[23]: ")
        absent = self.submit(self.folder / "none", cluster=self.cluster(partition="absent"))
        self.assertEqual(absent.returncode, 2)
        self.assertIn("invalid partition", absent.stderr.lower())
        self.assertEqual(self.checked("squeue", "--noheader", "--name=cytoscale-prepare", "--states=pending").strip(), "")

    def test_a_failing_job_removes_those_behind_it_and_status_says_why(self):
        output = self.folder / "fails"
        self.assertEqual(self.submit(output).returncode, 0)
        self.wait_for(lambda: "segment: done" in self.log(output, "prepare"), "segment")
        (output / "model").write_text("a file where a folder should be\n")
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 2, words + self.logs(output))
        self.assertRegex(words, r"train +\d+ +failed: refused \(exit code 2\)\n +.*cytoscale: error: .*model")
        self.assertRegex(words, r"embed +\d+ +ended by Slurm: CANCELLED DependencyNeverSatisfied")
        (output / "model").unlink()
        self.assertEqual(self.submit(output).returncode, 0)
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 0, words + self.logs(output))
        self.assertEqual(len(self.starts(output, "prepare")), 2, "what was complete was not submitted again")

    def test_many_screens(self):
        broken = self.folder / "broken.cfg"
        broken.write_text("manifset = a.csv\n")
        path = self.folder / "screens.csv"
        path.write_text(f"config,output,seed\n{self.config},many/a,\n{self.config},many/b,5\n{broken},many/c,\n")
        command = [SLURM / "reprocess", path, "--cluster", self.cluster(nodes=1, train__nodes=1), "--at-once", "2"]
        done = self.slurm(*command)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("3 screens: 2 submitted, 1 refused", done.stderr)
        again = self.slurm(*command)
        self.assertIn("3 screens: 0 submitted, 1 refused", again.stderr)
        folder = self.folder / "many"
        for name in "ab":
            self.wait_for(lambda name=name: not self.in_queue(folder / name), f"screen {name}")
        self.assertEqual(self.slurm(SLURM / "status", path).returncode, 2)
        rows = {row["output"][-1]: row for row in csv.DictReader((self.folder / "screens.status.csv").read_text().splitlines())}
        self.assertEqual([rows[name]["state"] for name in "abc"], ["complete", "complete", "refused"], str(rows) + self.logs(folder / "a"))
        self.assertIn("manifset", rows["c"]["why"])
        # A screen that has lost a file is the only one submitted again.
        (folder / "b" / "profiles.h5ad").unlink()
        broken.write_text(self.config.read_text())
        shutil.rmtree(folder / "a" / "model")
        dry = self.slurm(*command, "--dry-run")
        self.assertEqual(dry.returncode, 0, dry.stderr)
        self.assertIn("--array=1-3%2", dry.stdout)


if __name__ == "__main__":
    main(needs=["--until", "--explain"])
