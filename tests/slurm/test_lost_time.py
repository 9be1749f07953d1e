#!/usr/bin/env python3
"""Time limits that strike, and nodes that are lost. The chain goes on by itself and ends with the bytes of one that nothing disturbed.
Exit 77: no Slurm here.
"""
from fault_case import FaultCase
from slurm_case import LAB, call, main


class LostTime(FaultCase):
    def test_a_lost_node(self):
        for head in (False, True):  # head: where the batch script and rank 0 are
            output = self.chain(f"lost{head}", train__nodes=3)
            number = self.wait_until_within(output, "train", "train")
            nodes = self.checked("scontrol", "show", "hostnames", self.starts(output, "train")[-1].detail.split()[1]).split()
            node = nodes[0 if head else -1]
            lost = call(LAB, "power-off", self.lab, node[1:])
            if lost.returncode == 77:
                self.skipTest(lost.stderr)
            if head:  # what a health check does; else Slurm finds out by itself
                self.checked("scontrol", "update", f"nodename={node}", "state=down", "reason=lost")
            self.wait_for(lambda: sum(row.event == "start" for row in self.starts(output, "train")) > 1, "the second start")
            self.assertEqual(self.ids(output)["train"], number)
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


if __name__ == "__main__":
    main(needs=["--until", "--explain"])
