#!/usr/bin/env python3
"""The table of `run`, from OUT/results.jsonl, OUT/peer_*.json and what the jobs left in WORK (environment variables)."""
import csv
import glob
import json
import os
import re
import statistics

OUT, WORK, DEVICE = os.environ["OUT"], os.environ["WORK"], os.environ.get("DEVICE", "cuda")


def json_lines(path):
    try:
        with open(path) as file:
            return [json.loads(line) for line in file if line.strip()]
    except OSError:
        return []


def table(path):
    try:
        with open(path, newline="") as file:
            return list(csv.DictReader(file))
    except OSError:
        return []


def busy(run):
    threads = ", ".join(run.get("threads_top", [])[:5])
    return f"GPU {run.get('gpu_util_mean', '-')} %  threads: {threads}"


def rate_of(told):
    found = re.search(r"([\d][\d,]*(?:\.\d+)?) (?:cells|fields)/s", told)
    return float(found.group(1).replace(",", "")) if found else float("nan")


def steps(runs):
    print("== all steps: exit code, seconds, GPU % (mean since first use / max), GPU MiB, busy cores")
    for run in runs:
        if run["rc"] == 0 and run["label"].split()[0] in ("embed", "train", "network", "compare:", "shapes:"):
            continue  # below
        print(f"{run['label'][:54]:<54} rc {run['rc']:>3} {run['seconds']:7.1f} s  {run.get('gpu_util_mean', '-'):>5} / "
              f"{run.get('gpu_util_max', '-'):>3} %  {run.get('gpu_mib_max', '-'):>6} MiB  {run.get('cores_busy', '-'):>6}")


def embed(runs):
    print("\n== embed, images to features (cells/s of the job's log, the start of the GPU's libraries included)")
    for run in runs:
        if run["label"].startswith("embed ") and run["rc"] == 0:
            print(f"{run['label']:<52} {rate_of(run['told']):10,.0f} cells/s  {busy(run)}")


def network(runs):
    print("\n== the network alone (bench_network)")
    for run in runs:
        if run["label"].startswith("network ") and run["rc"] == 0:
            line = json.loads(run["told"])
            print(f"{run['label']:<52} {line['cells_per_s']:10,.0f} cells/s  {line['rate']:10,.0f} GFLOP/s, "
                  f"{100 * line['share']:.0f} % of {line['limit']}")


def train(runs):
    print("\n== train (medians of the rows of train_log.csv but the first two and the last)")
    by_label = {run["label"]: run for run in runs}
    for folder in sorted(glob.glob(f"{WORK}/models/*/")):
        with open(folder + "label") as label, open(folder + "batch") as size:
            name, batch = label.read().strip(), int(size.read())
        log = table(folder + "m/train_log.csv")
        if not log:
            print(f"{name:<52} failed")
            continue
        rates = [float(row["cells_per_s"]) for row in log[2:-1] or log]
        middle = statistics.median(rates)
        print(f"{name:<52} {middle:10,.0f} cells/s {middle / batch:8.1f} steps/s  (rows {min(rates):,.0f} to {max(rates):,.0f})  "
              f"{busy(by_label.get(name, {}))}")


def peers():
    print("\n== PyTorch on this device")
    for part in ("gpu", "host", "compile", "fields"):
        try:
            with open(f"{OUT}/peer_{part}.json") as file:
                for result in json.load(file):
                    print(f"{result['what']:<64} {result['value']:12,.1f} {result['unit']}")
        except OSError:
            print(f"(no {part})")


def differences(one, other):
    import h5py
    import numpy
    missing = [os.path.basename(path) for path in (one, other) if not os.path.exists(path)]
    if missing:
        print(f"(no {' and no '.join(missing)})")
        return
    try:
        with h5py.File(one) as first, h5py.File(other) as second:
            a, b = (numpy.asarray(file["X"], dtype=numpy.float64) for file in (first, second))
    except OSError as problem:
        print(f"{os.path.basename(other)}: {problem}")
        return
    finite = numpy.isfinite(a).all(1)
    a, b = a[finite], b[finite]
    worst = (numpy.linalg.norm(a - b, axis=1) / numpy.maximum(1e-12, numpy.linalg.norm(a, axis=1))).max()
    print(f"{os.path.basename(other)} against {os.path.basename(one)}, {a.shape}: max |difference| / max {abs(a - b).max() / abs(a).max():.1e}, "
          f"worst cell {worst:.1e}, equal {numpy.mean(a == b):.3f}")


def compared():
    print(f"\n== the CPU and {DEVICE} compared")
    folder = f"{WORK}/compare"
    for model in sorted(glob.glob(f"{folder}/m_*")):
        losses = " ".join(f"{float(row['loss']):.5f}" for row in table(f"{model}/train_log.csv"))
        print(f"losses {os.path.basename(model):<16} {losses}")
    try:
        import h5py  # noqa: F401: whether it is there
    except ImportError:
        print("no h5py: features are not compared")
        return
    for name in ("fp32", "tf32", "bf16", "cpu_bf16"):
        differences(f"{folder}/cpu_fp32.h5ad", f"{folder}/{name}.h5ad")
    differences(f"{folder}/cpu_bf16.h5ad", f"{folder}/bf16.h5ad")
    for name in ("host",):
        differences(f"{folder}/fp32.h5ad", f"{folder}/{name}.h5ad")
    for architecture in ("wscnn4", "mil_cnn"):
        differences(f"{WORK}/shapes/{architecture}_cpu.h5ad", f"{WORK}/shapes/{architecture}_{DEVICE}.h5ad")


def tests():
    print("\n== tests")
    try:
        with open(f"{OUT}/tests.txt") as file:
            for line in file:
                if line.startswith("#####"):
                    break
                print(line.rstrip()[:400])
    except OSError:
        print("(none)")


def main():
    runs = json_lines(f"{OUT}/results.jsonl")
    steps(runs)
    embed(runs)
    network(runs)
    train(runs)
    peers()
    compared()
    tests()
    failed = [run for run in runs if run["rc"] != 0]
    print(f"\n== {len(failed)} of {len(runs)} steps failed")
    for run in failed:
        print(f"{run['label']}: exit code {run['rc']}: {run['told'][-300:]}")


main()
