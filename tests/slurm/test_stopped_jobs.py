#!/usr/bin/env python3
"""Jobs that are requeued, cancelled, preempted, or get nowhere. The chain goes on by itself, or after the same slurm/submit again, and ends
with the bytes of one that nothing disturbed.
Exit 77: no Slurm here.
"""
from fault_case import FaultCase
from slurm_case import main


class StoppedJobs(FaultCase):
    def test_requeued_within_segment_train_and_embed(self):
        output = self.chain("requeued")
        for job, stage in (("prepare", "segment"), ("train", "train"), ("embed", "embed")):
            self.checked("scontrol", "requeue", self.wait_until_within(output, job, stage))
            self.wait_for(lambda job=job: len(self.starts(output, job)) > 2, f"second start of {job}")
        for job in ("prepare", "train", "embed"):
            self.judge(output, job)
            self.assertIn("ended with exit code 75", self.log(output, job))
        self.assertIn("start 1", self.log(output, "train"), "the first start's log is kept")

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
        self.wait_for(lambda: urgent not in self.checked("squeue", "--noheader", "--format=%i"), "the urgent job")
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
