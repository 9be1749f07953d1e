"""What the tests of faults and tools/chaos share: a small screen with its undisturbed run, places to disturb copies of them, the
program started on real ranks, and what a result is.

The screen is simulated: 2 plates, 36 fields of 2 channels, about 450 cells. In a "world" folder it lies as `screen/` (manifests
screen.csv, native; loaddata.csv with platemap.csv; image.csv with moa.csv, as BBBC021 has them; locations/, the true places of its
cells) and its run as `out/`. The world of a program is made once and kept beside the tests' folders by the hash of the program and
its module. Programs run in the world's folder, with relative paths.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_MPIRUN, CYTOSCALE_FAULT_SHIM (set by CTest; else what lies beside the
program; without the last, tests that need it skip);
CYTOSCALE_TEST_PATIENCE: all time limits are so many times longer (on a machine that is busy with other things).
"""
import contextlib
import csv
import fcntl
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.path.abspath(os.environ.get("CYTOSCALE_PROGRAM") or SOURCE / "build/release/cytoscale")
MPIRUN = shlex.split(os.environ.get("CYTOSCALE_MPIRUN", "mpirun --oversubscribe --bind-to none"))
SHIM = os.environ.get("CYTOSCALE_FAULT_SHIM") or next(map(str, pathlib.Path(PROGRAM).parent.glob("fault_shim.so")), "")
PATIENCE = float(os.environ.get("CYTOSCALE_TEST_PATIENCE", "1"))
MPI_DEFAULTS = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
                "OMPI_MCA_btl_vader_single_copy_mechanism": "none", "OMP_NUM_THREADS": "1"}

CHANNELS, FIELD_PX = ["DNA", "Actin"], 128
SCREEN = ["--seed=3", "--moas=2", "--compounds-per-moa=2", "--concentrations=1", "--batches=2", "--replicates=1",
          "--plates-per-batch=1", "--controls-per-plate=4", "--positive-controls-per-plate=0", "--single-group-moas=0",
          "--fields-per-well=3", f"--field-size={FIELD_PX}", "--nucleus-radius=5", "--cells-per-field=12",
          "--channels=" + ",".join(CHANNELS)]
SEGMENTATION = ["--min-nucleus-area=15"]
TRAINING = ["--crop-size=32", "--steps=8", "--batch-size=8", "--shard-size=2", "--validation-cells=8", "--single-wells=train",
            "--warmup-steps=1", "--checkpoint-every=3", "--log-every=1", "--optimizer=sgd", "--learning-rate=0.002", "--device=cpu",
            "--threads=1"]
CHAIN = ["run", "--output=out", *SEGMENTATION, *TRAINING, "--reduce-normalize=standardize"]
NATIVE = ["--manifest=screen/screen.csv"]
LOCATED = [*NATIVE, "--locations=screen/locations/{Plate}_{Well}_{Site}.csv"]
LOADDATA = ["--manifest=screen/loaddata.csv", "--platemap=screen/platemap.csv"]
STAGES = ["illuminate", "segment", "train", "embed", "reduce", "evaluate", "report"]
# Of the files of a run, these say how it went and not what came out.
NO_RESULT = re.compile(r"(^|/)(state/.*|report\.html|checkpoint_\d+\.safetensors|.*\.log)$")


ENDS = []  # all programs that have ended, in order


class Done:
    """A program that has ended."""

    def __init__(self, command, code, out, err, seconds):
        self.command, self.code, self.out, self.err, self.seconds = command, code, out, err, seconds

    def __str__(self):
        return f"{shlex.join(self.command)}\nexit code {self.code} after {self.seconds:.1f} s\n{self.out[-2000:]}\n{self.err[-4000:]}"

    def within(self, seconds):
        return self.seconds < seconds * PATIENCE

    def errors(self):
        return self.err.count("cytoscale: error:")

    def skipped(self):
        return set(re.findall(r"(\S+): complete, skipped", self.err))


class Running:
    """A program under way; `ranks` = 0: without mpirun; `faults`, `log`, `after`: see fault_shim.c."""

    def __init__(self, folder, arguments, ranks=0, env=None, faults="", log=None, after=None):
        launch = [*MPIRUN, "-n", str(ranks)] if ranks else []
        self.command = [*launch, PROGRAM, *map(str, arguments)]
        environment = {**MPI_DEFAULTS, **{k: v for k, v in os.environ.items() if not k.startswith("SLURM_")}, **(env or {})}
        if faults:
            if not SHIM:
                raise unittest.SkipTest("CYTOSCALE_FAULT_SHIM is not set: no faults to order here")
            environment.update(LD_PRELOAD=SHIM, FAULT_RULES=faults)
            environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
            environment.update({f"FAULT_{key}": str(path) for key, path in (("LOG", log), ("AFTER", after)) if path})
        self.base = pathlib.Path(folder) / f"program-{time.monotonic_ns()}"
        with open(f"{self.base}.out", "w") as out, open(f"{self.base}.err", "w") as err:
            self.began = time.monotonic()
            self.process = subprocess.Popen(self.command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                            env=environment, start_new_session=True)

    def err(self):
        return pathlib.Path(f"{self.base}.err").read_text(errors="replace")

    def rank_processes(self):
        return [process for process in descendants(self.process.pid) if is_rank(process)]

    def until(self, what, seconds=60):
        """Waits until what() is true; False where the program ended or the time ran out first."""
        end = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < end:
            if what():
                return True
            if self.process.poll() is not None:
                return bool(what())
            time.sleep(0.01)
        return False

    def wait(self, timeout=300):
        try:
            code = self.process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"no end within {timeout * PATIENCE:.0f} s: {shlex.join(self.command)}\n{self.err()[-3000:]}") from None
        seconds = time.monotonic() - self.began
        out = pathlib.Path(f"{self.base}.out").read_text(errors="replace")
        done = Done(self.command, code, out, self.err(), seconds)
        ENDS.append(done)
        for name in ("out", "err"):
            os.remove(f"{self.base}.{name}")
        return done

    def kill(self, some=None):
        """All of it, or the processes given; returns when no rank is left."""
        ranks = self.rank_processes()
        for process in some or descendants(self.process.pid):
            send(process, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(60 * PATIENCE)
        end = time.monotonic() + 60 * PATIENCE
        while any(map(is_rank, ranks)):
            if time.monotonic() > end:
                raise AssertionError("a rank outlived the others")
            time.sleep(0.01)


def descendants(parent):
    """Of a process, itself first."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = [parent]
    for process in found:
        found += children.get(process, [])
    return found


def is_rank(process):
    try:
        return os.readlink(f"/proc/{process}/exe") == os.path.realpath(PROGRAM)
    except OSError:
        return False


def send(process, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def run(folder, arguments, ranks=0, timeout=300, **more):
    return Running(folder, arguments, ranks, **more).wait(timeout)


def checked(done):
    if done.code != 0:
        raise AssertionError(str(done))
    return done


def content(path):
    """A result's bytes; of a training's log, all but the columns that tell its speed."""
    if path.name != "train_log.csv":
        return path.read_bytes()
    with open(path, newline="") as file:
        rows = [[row[k] for k in row if k not in ("cells_per_s", "seconds")] for row in csv.DictReader(file)]
    return "\n".join(map(",".join, rows)).encode()


def results(folder):
    """Name → hash of each result in the folder."""
    names = (p.relative_to(folder) for p in sorted(pathlib.Path(folder).rglob("*")) if p.is_file())
    return {str(n): hashlib.sha256(content(folder / n)).hexdigest() for n in names if not NO_RESULT.search(str(n))}


def clone(source, target):
    """By hard links, so that times and inodes stay; what a program writes in place is copied. Replace files of it, never write them."""
    for folder, _, files in os.walk(source):
        place = pathlib.Path(target) / os.path.relpath(folder, source)
        place.mkdir(parents=True, exist_ok=True)
        for name in files:
            in_place = name == "train_log.csv" or place.name == "state"
            (shutil.copy2 if in_place else os.link)(pathlib.Path(folder) / name, place / name)


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows):
    """Replaces the file."""
    fresh = path.with_name(path.name + ".fresh")
    with open(fresh, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    os.replace(fresh, path)


def other_tables(screen):
    """From screen.csv and truth.csv: locations of cells, CellProfiler's LoadData form with a plate map, BBBC021's with its mechanisms."""
    rows, truth, wells = rows_of(screen / "screen.csv"), rows_of(screen / "truth.csv"), {}
    loaddata, image, moa = [], [], {}
    for row in rows:
        place = {f"Metadata_{k}": row[f"Metadata_{k}"] for k in ("Plate", "Well", "Site", "Batch")}
        named = {f"{kind}_Orig{c}": row[f"{kind}_{c}"] for kind in ("FileName", "PathName") for c in CHANNELS}
        loaddata.append({**place, **named})
        wells[row["Metadata_Plate"], row["Metadata_Well"]] = {
            "Plate": row["Metadata_Plate"], "well_position": row["Metadata_Well"],
            **{k: row[f"Metadata_{k}"] for k in ("Compound", "Concentration", "Control", "MOA")}}
        files = {f"Image_{kind}_{'DAPI' if c == 'DNA' else c}": row[f"{kind}_{c}"] for c in CHANNELS for kind in ("FileName", "PathName")}
        image.append({**files, "Image_Metadata_Plate_DAPI": row["Metadata_Plate"], "Image_Metadata_Well_DAPI": row["Metadata_Well"],
                      "Replicate": "1", "Image_Metadata_Compound": row["Metadata_Compound"],
                      "Image_Metadata_Concentration": row["Metadata_Concentration"]})
        moa[row["Metadata_Compound"], row["Metadata_Concentration"]] = row["Metadata_MOA"]
    (screen / "locations").mkdir()
    for row in rows:
        place = [row[f"Metadata_{k}"] for k in ("Plate", "Well", "Site")]
        cells = [c for c in truth if [c[f"Metadata_{k}"] for k in ("Plate", "Well", "Site")] == place]
        centers = [(c["Nuclei_Location_Center_X"], c["Nuclei_Location_Center_Y"]) for c in cells]
        text = "X,Y\n" + "".join(f"{x},{y}\n" for x, y in centers if all(0 <= float(v) < FIELD_PX for v in (x, y)))
        (screen / "locations" / ("_".join(place) + ".csv")).write_text(text)
    write_rows(screen / "loaddata.csv", loaddata)
    write_rows(screen / "platemap.csv", list(wells.values()))
    write_rows(screen / "image.csv", image)
    write_rows(screen / "moa.csv", [{"compound": c, "concentration": k, "moa": m} for (c, k), m in moa.items()])


def world(place=None):
    """The folder with the program's screen/ and out/, made on the first call. Only to be cloned."""
    place = pathlib.Path(place or os.environ.get("CYTOSCALE_FAULT_LAB") or pathlib.Path.cwd().parent / "fault_lab")
    place.mkdir(parents=True, exist_ok=True)
    code = [path.read_bytes() for path in (pathlib.Path(PROGRAM), pathlib.Path(PROGRAM).parent / "libcytoscale_torch.so")]
    name = hashlib.sha256(b"".join(code) + repr((SCREEN, CHAIN)).encode()).hexdigest()[:16]
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / name).exists():
            for old in place.glob("*"):
                if old.is_dir():
                    shutil.rmtree(old)
            made = place / (name + ".part")
            made.mkdir()
            checked(run(made, ["simulate", "--output=screen", *SCREEN], ranks=2))
            other_tables(made / "screen")
            checked(run(made, [*CHAIN, *NATIVE], ranks=2))
            made.rename(place / name)
    return place / name
