#!/usr/bin/env python3
"""tools/bench/stages, with next to nothing to do: a line for each stage, with all of its keys and sound figures; and what its programs
say of input that they cannot measure."""
import json
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["CYTOSCALE_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["CYTOSCALE_PROGRAM"]).parent
TINY = {"ROUNDS": "1", "FIELDS": "2", "FIELD_SIZE": "400", "CROP": "32", "STEPS": "3", "SUMMED": "100000",
        "WRITTEN_CELLS": "3000", "WRITTEN_CROPS": "100", "NETWORK_CELLS": "8", "READS": "50"}
STAGES = ["illuminate", "segment", "crop", *["network"] * 4, "train", "crop_store", "ordered_sum", "write", "write"]
KEYS = {"stage", "work", "seconds", "rate", "unit", "limit", "limit_rate", "share", "shares", "peak_MB", "ranks", "processor"}


def check_stages():
    done = subprocess.run([SOURCE / "tools/bench/stages", BUILD], capture_output=True, text=True, env={**os.environ, **TINY})
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = [line["stage"] for line in lines]
    assert found == [*(["decode"] if (BUILD / "bench_decode").exists() else []), *STAGES], found
    for line in lines:
        assert KEYS <= line.keys(), (line["stage"], KEYS - line.keys())
        figures = [line[key] for key in ("seconds", "rate", "limit_rate", "share", "peak_MB")] + line["shares"]
        assert all(figure > 0 for figure in figures) and len(line["shares"]) == 1, line
        assert abs(line["share"] / (line["rate"] / line["limit_rate"]) - 1) < 0.01, line
        assert line["ranks"] == (2 if line["stage"] in ("ordered_sum", "write") else 1), line


def check_refusals():
    for words, message in ((["ordered_sum"], "one rank"), (["segment", "--manifest", "none.csv"], "none.csv"),
                           (["network", "--layer", "fc9"], "fc9"), (["network", "--encoder", "auto"], "--encoder"),
                           (["write", "--file", "profiles"], "profiles")):
        done = subprocess.run([BUILD / f"bench_{words[0]}", *words[1:]], capture_output=True, text=True)
        assert done.returncode == 2 and message in done.stderr and not done.stdout, (words, done.returncode, done.stderr)


def main():
    if not (BUILD / "bench_network").exists():
        print("the programs of tools/bench are not built here (CYTOSCALE_BENCH, CYTOSCALE_ONEDNN)")
        return 77
    check_stages()
    check_refusals()
    return 0


if __name__ == "__main__":
    sys.exit(main())
