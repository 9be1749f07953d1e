"""The test case that the tests of faults share: each test works in a fresh copy of the world (fault_lab.py), always at the same place
(./case), so that what a run has stored about paths stays true."""
import functools
import hashlib
import os
import pathlib
import re
import shutil
import struct
import unittest

import h5py
import numpy as np

from fault_lab import CHAIN, ENDS, NATIVE, NO_RESULT, Running, checked, clone, results, rows_of, run, world, write_rows

CASE = pathlib.Path("case").resolve()
FOREIGN = ["MPI_ABORT", "unexpected failure", "filesystem error", "json.exception", "basic_string", "std::", "terminate called", "bad_alloc",
           "boost::", "c10::", "HDF5-DIAG"]
TABLES = ["profiles.csv", "treatments.csv", "matches.csv", "per_class.csv", "retrieval.csv"]


@functools.lru_cache(maxsize=None)
def adopted(arguments):
    """The world with a complete run of these arguments at CASE (the undisturbed one continued there), set aside. To be cloned."""
    shutil.rmtree(CASE, ignore_errors=True)
    for part in ("screen", "out")[:2 if arguments == (*CHAIN, *NATIVE) else 1]:
        clone(world() / part, CASE / part)
    checked(run(CASE, arguments, ranks=2))
    kept = CASE.with_name("base-" + hashlib.sha256(repr(arguments).encode()).hexdigest()[:12])
    shutil.rmtree(kept, ignore_errors=True)
    CASE.rename(kept)
    return kept, results(kept)


class FaultCase(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.world = world()
        cls.undisturbed = results(cls.world / "out")
        cls.bases = {}

    @classmethod
    def tearDownClass(cls):
        for kept, before in cls.bases.items():
            assert results(kept) == before, f"a test has written into {kept}"

    def setUp(self):
        ENDS.clear()

    def tearDown(self):
        """Tells how soon programs ended that did not end well."""
        ends = [f"{done.code} after {done.seconds:.1f} s" for done in ENDS if done.code != 0]
        print(f"exit codes of {self._testMethodName}: {', '.join(ends) or 'all 0'}", flush=True)

    def fresh(self, *parts):
        """CASE with the screen and these files of the undisturbed run."""
        shutil.rmtree(CASE, ignore_errors=True)
        clone(self.world / "screen", CASE / "screen")
        for part in parts:
            source, target = self.world / "out" / part, CASE / "out" / part
            target.parent.mkdir(parents=True, exist_ok=True)
            clone(source, target) if source.is_dir() else os.link(source, target)
        return CASE

    def complete(self, *arguments):
        """CASE with a complete run of the chain with these arguments."""
        kept, before = adopted((*CHAIN, *(arguments or NATIVE)))
        self.bases[kept] = before
        shutil.rmtree(CASE, ignore_errors=True)
        clone(kept, CASE)
        return CASE

    def start(self, *arguments, **more):
        running = Running(CASE, arguments, **more)
        self.addCleanup(lambda: running.process.poll() is None and running.kill())
        return running

    def ok(self, *arguments, **more):
        done = run(CASE, arguments, **more)
        self.assertEqual(done.code, 0, done)
        return done

    def refused(self, *arguments, words=(), **more):
        """Exit code 2 with one message of our own that has these words."""
        done = run(CASE, arguments, **more)
        self.is_refusal(done, *words)
        return done

    def is_refusal(self, done, *words, aborted=False):
        """`aborted`: in the middle of a step, where Open MPI says so, too."""
        self.assertEqual(done.code, 2, done)
        self.assertEqual(done.errors(), 1, f"not one message\n{done}")
        for text in FOREIGN[aborted:]:
            self.assertNotIn(text, done.err, str(done)[-3000:])
        for word in words:
            self.assertIn(str(word), done.err, f"{word} is not in the message\n{done}")

    def assert_same(self, found, expected, what="", but=()):
        """The same names and bytes, but for some."""
        found, expected = ({k: v for k, v in some.items() if k not in but} for some in (found, expected))
        self.assertEqual(sorted(found), sorted(expected), what)
        self.assertEqual([k for k in expected if found[k] != expected[k]], [], f"other bytes {what}")

    def assert_done(self, done, *, skipped, anew):
        """Which stages of a run were complete and which were done anew."""
        was = done.skipped()
        self.assertLessEqual(set(skipped), was, f"done anew without need: {set(skipped) - was}\n{done}")
        self.assertFalse(set(anew) & was, f"skipped though what they read has changed: {set(anew) & was}\n{done}")

    def assert_no_leftovers(self, folder, expected):
        """Nothing lies there but the files expected, and what tells how runs went."""
        names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
        extra = {n for n in names - set(expected) if not (NO_RESULT.search(n) and "tmp" not in n and ".part" not in n)}
        self.assertEqual(extra, set())


def tables(folder):
    return {name: (folder / name).read_bytes() for name in TABLES if (folder / name).exists()}


def tensors(folder):
    """The model's weights: its file after the header, which has the provenance."""
    data = (folder / "model/model.safetensors").read_bytes()
    return data[8 + struct.unpack("<Q", data[:8])[0]:]


def replace(path, data):
    """Another file at this place (never written into: it may be linked elsewhere)."""
    fresh = path.with_name(path.name + ".fresh")
    fresh.write_bytes(data)
    os.replace(fresh, path)


def truncate(path, part=0.4):
    replace(path, path.read_bytes()[:int(path.stat().st_size * part)])


def edit_rows(path, change):
    """change(row) for each row of a CSV."""
    rows = rows_of(path)
    for row in rows:
        change(row)
    write_rows(path, rows)


def images(folder, channel="DNA"):
    """The paths of a channel's images, in the manifest's order."""
    return [folder / row[f"PathName_{channel}"] / row[f"FileName_{channel}"] for row in rows_of(folder / "screen.csv")]


def cell_count(output):
    with h5py.File(output / "cells.h5") as file:
        return len(file["cells/y"])


def shorten_locations(folder, into=None):
    """Keeps the first half of each table of locations, in place or in another folder; how many cells are left."""
    total = 0
    for path in sorted(folder.glob("*.csv")):
        header, *rows = path.read_text().splitlines(keepends=True)
        (into or folder).mkdir(exist_ok=True)
        replace((into or folder) / path.name, "".join([header, *rows[:len(rows) // 2]]).encode())
        total += len(rows) // 2
    return total


def ledger(part):
    """State of each field in an embeddings file under way (0 pending, 1 done, 2 failed); none where it cannot be read yet."""
    try:
        with h5py.File(part, locking=False) as file:
            return file["uns/cytoscale/field_state"][()]
    except (OSError, KeyError):
        return np.zeros(0, int)


def first_number(pattern, text):
    found = re.search(pattern, text)
    return int(found[1].replace(",", "")) if found else None
