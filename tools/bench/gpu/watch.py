#!/usr/bin/env python3
"""Runs a command under a time limit and tells how busy the GPU and each of its threads were.

usage: watch.py LABEL LIMIT_S LOG JSONL -- COMMAND ...

Appends a line of JSON to JSONL and all that the command printed to LOG; prints one line. The exit code is the command's, or 124
after the limit.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")


def gpu_reader():
    """A function that gives (use in per cent, MiB, watts) of the first GPU, or None where there is none."""
    try:
        import pynvml
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(0)
        return lambda: (pynvml.nvmlDeviceGetUtilizationRates(handle).gpu, pynvml.nvmlDeviceGetMemoryInfo(handle).used / 2**20,
                        pynvml.nvmlDeviceGetPowerUsage(handle) / 1000)
    except Exception:
        pass

    def read():
        try:
            query = ["nvidia-smi", "--query-gpu=utilization.gpu,memory.used,power.draw", "--format=csv,noheader,nounits"]
            text = subprocess.run(query, capture_output=True, text=True, timeout=5).stdout
            return tuple(float(value) for value in text.splitlines()[0].split(","))
        except Exception:
            return None
    return read


def family(root):
    parents = {}
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/stat") as file:
                parents[int(process)] = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            pass
    found, grew = {root}, True
    while grew:
        more = {process for process, parent in parents.items() if parent in found} - found
        grew = bool(more)
        found |= more
    return found


def threads(root):
    """(process, thread) -> (name, CPU seconds), of the command and what it started."""
    table = {}
    for process in family(root):
        try:
            for thread in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{thread}/stat") as file:
                    head, tail = file.read().rsplit(")", 1)
                values = tail.split()
                table[process, int(thread)] = (head.split("(", 1)[1], (int(values[11]) + int(values[12])) / TICK)
        except OSError:
            pass
    return table


def gpu_summary(samples):
    """From its first use on: what comes before is start-up."""
    if not samples:
        return {}
    first = next((at for at, use, *_ in samples if use > 0), 0)
    uses = [use for at, use, *_ in samples if at >= first]
    return {"gpu_busy_from_s": round(first, 1), "gpu_util_mean": round(sum(uses) / len(uses), 1), "gpu_util_max": max(uses),
            "gpu_mib_max": round(max(sample[2] for sample in samples)), "gpu_w_max": round(max(sample[3] for sample in samples))}


def thread_summary(samples):
    """Of the middle of the run, from 40 to 95 % of it."""
    if len(samples) <= 3:
        return {}
    begin = next(sample for sample in samples if sample[0] >= 0.4 * samples[-1][0])
    end = next(sample for sample in reversed(samples) if sample[0] <= 0.95 * samples[-1][0])
    seconds = end[0] - begin[0]
    if seconds <= 0:
        return {}
    use = sorted(((name, (cpu - begin[1].get(key, ("", 0))[1]) / seconds, key[0] == key[1]) for key, (name, cpu) in end[1].items()),
                 key=lambda row: -row[1])
    return {"cores_busy": round(sum(row[1] for row in use), 2),
            "threads_top": [f"{name}{'*' if main else ''} {busy:.2f}" for name, busy, main in use[:10] if busy > 0.01]}


def watched(command, limit_s, output):
    gpu, gpu_samples, thread_samples, over = gpu_reader(), [], [], False
    start = time.time()
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None:
        now = time.time() - start
        sample = gpu()
        if sample:
            gpu_samples.append((now, *sample))
        if not thread_samples or now - thread_samples[-1][0] > 0.4:
            thread_samples.append((now, threads(process.pid)))
        if now > limit_s and not over:
            over = True
            os.killpg(process.pid, signal.SIGTERM)
            threading.Timer(3, lambda: process.poll() is None and os.killpg(process.pid, signal.SIGKILL)).start()
        time.sleep(0.1)
    return {"rc": 124 if over else process.returncode, "seconds": round(time.time() - start, 2),
            **gpu_summary(gpu_samples), **thread_summary(thread_samples)}


def main():
    label, limit_s, log, results = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
    command = sys.argv[6:]
    with tempfile.TemporaryFile() as output:
        entry = {"label": label, **watched(command, limit_s, output)}
        output.seek(0)
        text = output.read().decode(errors="replace")
    with open(log, "a") as file:
        file.write(f"\n=== {label}: {' '.join(command)}\n{text[-200000:]}\n=== {label}: rc {entry['rc']}, {entry['seconds']:.1f} s\n")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if "cells/s" in line or "fields/s" in line or " cells in " in line or line.startswith('{"stage"')]
    entry["told"] = (told or lines or [""])[-1][-1000:]
    with open(results, "a") as file:
        file.write(json.dumps(entry) + "\n")
    print(f"[{label}] rc {entry['rc']}, {entry['seconds']:.1f} s, GPU {entry.get('gpu_util_mean', '-')} % (max {entry.get('gpu_util_max', '-')}), "
          f"{entry.get('cores_busy', '-')} cores; {entry['told'][-200:]}", flush=True)
    sys.exit(entry["rc"])


main()
