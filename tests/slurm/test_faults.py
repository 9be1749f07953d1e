#!/usr/bin/env python3
"""Jobs that are requeued, cancelled, preempted, lose a node, meet their time limit, or get nowhere. The chain goes on by itself,
or after the same slurm/submit again, and ends with the bytes of one that nothing disturbed.

The cases spend their time waiting for Slurm: they run side by side in lanes, each on nodes of its own. Exit 77: no Slurm here.
"""
import concurrent.futures
import os
import signal
import time

from fault_case import FaultCase, ranks
from slurm_case import LAB, call, main


class Faults(FaultCase):
    nodes = 12

    def requeued_within_segment_train_and_embed(self, nodes):
        output = self.chain("requeued", nodes)
        for job, stage in (("prepare", "segment"), ("train", "train"), ("embed", "embed")):
            with self.within(output, job, stage) as number:
                self.checked("scontrol", "requeue", number)
            self.wait_for(lambda job=job: len(self.starts(output, job)) > 2, f"second start of {job}")
        for job in ("prepare", "train", "embed"):
            self.judge(output, job)
            self.assertIn("ended with exit code 75", self.log(output, job))
        self.assertIn("start 1", self.log(output, "train"), "the first start's log is kept")

    def cancelled_and_submitted_again(self, nodes):
        output = self.chain("cancelled", nodes)
        with self.within(output, "train", "train") as number:
            self.checked("scancel", number)
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 2, words)
        self.assertRegex(words, r"train +\d+ +stopped: cancelled")
        self.assertRegex(words, r"embed +\d+ +ended by Slurm: CANCELLED")
        self.assertNotIn("requeued: ", self.log(output, "train"))
        again = self.submit(output, cluster=self.folder / "cancelled.cluster")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotIn("cytoscale-prepare", again.stdout)
        self.judge(output, "train")

    def preempted(self, nodes):
        output = self.chain("preempted", nodes)
        with self.within(output, "train", "train") as number:
            urgent = self.checked("sbatch", "--parsable", "--partition=high", "--exclusive", f"--nodelist={','.join(nodes)}",
                                  f"--nodes={len(nodes)}", "--output=/dev/null", "--wrap=sleep 1").strip()
        self.wait_for(lambda: urgent not in self.checked("squeue", "--noheader", "--format=%i"), "the urgent job")
        self.assertEqual(self.ids(output)["train"], number)
        self.judge(output, "train")
        self.assertIn("requeued: interrupted, its state saved", self.log(output, "train"))

    def starts_that_get_nowhere_are_given_up(self, nodes):
        output = self.chain("stuck", nodes, launcher_options="--no-such-option")
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 2, words)
        self.assertRegex(words, r"prepare +\d+ +stopped: given up after 5 starts without progress")
        self.assertEqual(sum(start.event == "start" for start in self.starts(output, "prepare")), 6)
        self.assertIn("given up: nothing was done in the last 5 starts", self.log(output, "prepare"))

    def lost_node(self, nodes):
        """Slurm finds out by itself."""
        self.lose_node(self.chain("lost", nodes), -1)

    def lost_head_node(self, nodes):
        """Where the batch script and rank 0 were. As after a health check, Slurm is told."""
        self.lose_node(self.chain("lost-head", nodes), 0)

    def lose_node(self, output, which):
        with self.within(output, "train", "train") as number:
            node = self.checked("scontrol", "show", "hostnames", self.starts(output, "train")[-1].detail.split()[1]).split()[which]
            lost = call(LAB, "power-off", self.lab, node[1:])
            if lost.returncode == 77:
                self.skipTest(lost.stderr)
            self.assertEqual(lost.returncode, 0, lost.stderr)
        if which == 0:
            self.checked("scontrol", "update", f"nodename={node}", "state=down", "reason=lost")
        self.wait_for(lambda: sum(row.event == "start" for row in self.starts(output, "train")) > 1, "the second start")
        self.assertEqual(self.ids(output)["train"], number)
        call(LAB, "start-node", self.lab, node[1:], env=self.environment)
        self.judge(output, "train")

    def killed_rank(self, nodes):
        output = self.chain("killed", nodes)
        with self.within(output, "train", "train"):
            os.kill(ranks(output)[-1], signal.SIGKILL)
        self.judge(output, "train")
        self.assertRegex(self.log(output, "train"), r"requeued: ended with exit code \d+: killed")

    def started_by_mpirun(self, nodes):
        output = self.chain("mpirun", nodes, launcher="mpirun", launcher_options="--allow-run-as-root")
        with self.within(output, "train", "train") as number:
            self.checked("scancel", "--batch", "--signal=USR1", number)  # as before a time limit
        self.judge(output, "train")
        self.assertIn("requeued: interrupted, its state saved", self.log(output, "train"))

    def time_limit_that_strikes(self, nodes):
        output = self.chain("limit", nodes, train__time=2)
        with self.within(output, "train", "train"):
            self.wait_for(lambda: "asked to stop" in self.log(output, "train"), "the signal of the time limit")
        self.judge(output, "train")
        self.assertIn("requeued: interrupted, its state saved", self.log(output, "train"))

    def program_that_hangs_at_its_time_limit(self, nodes):
        output = self.chain("hangs", nodes, train__time=2)
        with self.within(output, "train", "train"):
            self.wait_for(lambda: "requeued: the time limit is near" in self.log(output, "train"), "requeueing before the limit")
        self.judge(output, "train")

    def test_all(self):
        lanes = [(("n1", "n2", "n3"), [self.lost_node, self.cancelled_and_submitted_again]),
                 (("n4", "n5", "n6"), [self.lost_head_node]),
                 (("n7", "n8"), [self.program_that_hangs_at_its_time_limit, self.starts_that_get_nowhere_are_given_up]),
                 (("n9", "n10"), [self.time_limit_that_strikes, self.preempted]),
                 (("n11", "n12"), [self.killed_rank, self.started_by_mpirun]),
                 (("n7", "n8"), [self.requeued_within_segment_train_and_embed])]
        with concurrent.futures.ThreadPoolExecutor(len(lanes) + 1) as pool:
            self.undisturbed = pool.submit(self.undisturbed_results)
            running = [pool.submit(self.run_lane, *lane) for lane in lanes]
        for lane in running:
            for case, failure in lane.result():
                with self.subTest(case):
                    if failure:
                        raise failure

    def run_lane(self, nodes, cases):
        """Case by case: its name, and the exception that it ended with."""
        ended = []
        for case in cases:
            began, failure = time.monotonic(), None
            try:
                case(nodes)
            except Exception as exception:  # pylint: disable=broad-except
                failure = exception
            print(f"{case.__name__}: {'failed' if failure else 'ok'}, {time.monotonic() - began:.0f} s", flush=True)
            ended.append((case.__name__, failure))
        return ended


if __name__ == "__main__":
    main()
