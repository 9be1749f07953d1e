#!/usr/bin/env python3
"""slurm/submit, slurm/status and slurm/reprocess on a throw-away Slurm of four nodes. Exit 77: no Slurm here."""
import csv
import json
import re
import shlex
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
        known = self.checked("scontrol", "show", "job", "--oneliner", ids["train"])
        for words in (shlex.split(lines.splitlines()[1].partition(f"{SLURM}/run.sbatch")[2]), ["Requeue=1"], ["NumNodes=4"],
                      [f"Dependency=afterok:{ids['prepare']}(unfulfilled)"], [f"StdOut={output}/log/train.log"]):
            self.assertIn(" ".join(words), known)
        self.assertEqual(self.checked("scontrol", "write", "batch_script", ids["train"], "-").strip(),
                         (SLURM / "run.sbatch").read_text().strip())
        self.assertIn("seed = 3", (output / "state" / "slurm" / "config.cfg").read_text())
        plan = json.loads((output / "state" / "slurm" / "plan.json").read_text())
        self.assertEqual((len(plan["ranks"]), plan["screen"]["fields"], plan["problems"]), (4, 14, []))

        again = self.submit(output, "seed=3")
        self.assertEqual(again.returncode, 2)
        self.assertRegex(again.stderr, rf"in the queue: .*{ids['train']} PENDING.*scancel .*{ids['train']}")
        self.assertEqual(self.ids(output), ids)

    def test_to_the_end_with_the_bytes_of_a_run_without_slurm(self):
        output = self.folder / "whole"
        self.assertEqual(self.submit(output).returncode, 0)
        def while_running():
            words = self.status(output, 1)
            return words if re.search(r"prepare +\d+ .*running", words) else ""
        words = self.wait_for(while_running, "a running job", output=output)
        for job in ("train", "embed", "evaluate"):
            self.assertRegex(words, rf"{job} +\d+ +waiting for the job before it")
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

    def status(self, output, code):
        done = self.slurm(SLURM / "status", output)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_memory_that_does_not_hold_the_images_is_warned_of(self):
        for memory, tasks, warned in [("2M", 1, True), ("3M", 1, False), ("3", 2, True)]:
            cluster = self.cluster(mem="500M", tasks_per_node=tasks, train__mem=memory)
            done = self.submit(self.folder / "none", "--dry-run", "batch-size=32", cluster=cluster)  # for 8 ranks
            self.assertEqual(done.returncode, 0, done.stderr)
            # 14 fields, 3 channels, 160 x 160 pixels of 2 bytes
            self.assertEqual("warning: train holds up to 2.1M of the images on each rank" in done.stderr, warned, done.stderr)

    def test_status_of_what_was_never_submitted(self):
        done = self.slurm(SLURM / "status", self.folder / "never")
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing was submitted for this output", done.stderr)

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
        """Two are computed, one fails at its images, one is refused for its config."""
        broken, empty = self.folder / "broken.cfg", self.folder / "empty"
        broken.write_text("manifset = a.csv\n")
        empty.mkdir()
        shutil.copy(self.folder / "screen" / "screen.csv", empty)
        path = self.folder / "screens.csv"
        path.write_text(f"config,output,seed,manifest\n{self.config},many/a,,\n{self.config},many/b,5,\n{broken},many/c,,\n"
                        f"{self.config},many/d,,{empty}/screen.csv\n")
        command = [SLURM / "reprocess", path, "--cluster", self.cluster(nodes=1, train__nodes=1), "--at-once", "2"]
        dry = self.slurm(*command, "--dry-run")
        done = self.slurm(*command)
        self.assertEqual(done.returncode, 2, done.stderr)
        for job in JOBS:  # the same lines, but for what is known only now
            number = self.ids(self.folder / "many" / "a")[job].split("_")[0]
            dry.stdout = dry.stdout.replace(f"ID_OF_{job.upper()}", number)
        self.assertEqual(*(re.sub(r"tasks-\d+-\d+", "tasks", printed) for printed in (dry.stdout, done.stdout)))
        self.assertIn("4 screens: 3 submitted, 1 refused", done.stderr)
        again = self.slurm(*command)
        self.assertIn("4 screens: 0 submitted, 1 refused", again.stderr)
        folder = self.folder / "many"
        for name in "abd":
            self.wait_for(lambda name=name: not self.in_queue(folder / name), f"screen {name}")
        rows = self.screens(path)
        self.assertEqual([rows[name]["state"] for name in "abcd"], ["complete", "complete", "refused", "failed"],
                         str(rows) + self.logs(folder / "a"))
        self.assertIn("manifset", rows["c"]["why"])
        self.assertEqual(rows["d"]["job"], "prepare")
        self.assertIn("cannot be read", rows["d"]["why"])
        self.assertRegex(self.status(folder / "d", 2), r"train +\d+_3 +ended by Slurm: CANCELLED")
        # Once all can be done: what has lost a file, failed, or was refused is submitted again.
        (folder / "b" / "profiles.h5ad").unlink()
        broken.write_text(self.config.read_text())
        dry = self.slurm(*command, "--dry-run")
        self.assertEqual(dry.returncode, 0, dry.stderr)
        self.assertIn("--array=1-3%2", dry.stdout)

    def screens(self, path):
        """What slurm/status writes of a list with a failed screen, by the last letter of the output."""
        self.assertEqual(self.slurm(SLURM / "status", path).returncode, 2)
        table = path.with_suffix(".status.csv").read_text().splitlines()
        return {row["output"][-1]: row for row in csv.DictReader(table)}


if __name__ == "__main__":
    main()
