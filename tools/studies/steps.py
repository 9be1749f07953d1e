"""Jobs of the program as steps that are done once: each leaves a stamp of its options and of what it was made from, and is
skipped while that stands. A step that was stopped is continued by its job, one whose options changed is begun anew."""
import ctypes
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


class Stop(Exception):
    """What the user has to know: the message, and the exit code."""

    def __init__(self, message, code=2):
        super().__init__(message)
        self.code = code


def read_config(path):
    """The key = value lines of a config file; the program itself judges them. ${CONFIG_FOLDER} is the file's folder, as there."""
    values = {}
    for line in Path(path).read_text().splitlines():
        key, equals, value = line.split("#")[0].partition("=")
        if equals:
            values[key.strip()] = value.strip().replace("${CONFIG_FOLDER}", str(Path(path).resolve().parent))
    return values


def write_atomically(path, text):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_text(text)
    os.replace(beside, path)


def digest_of(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def digest_of_file(path):
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise Stop(f"{path}: cannot be read: {error.strerror}. Check the name.")


def lock_folder(output):
    """One study at a time in a folder. The jobs inherit the lock, so that one which outlives us by a moment is waited for."""
    output.mkdir(parents=True, exist_ok=True)
    lock = open(output / "lock", "w")
    for attempt in range(60):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            time.sleep(0.5)
    raise Stop(f"{output}: another study is at work in this folder. Wait for it, or name another with --output.")


def end_with_parent():
    """The job ends when this program is killed (Linux: prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Steps:
    """config: the study's key = value settings; the jobs read them from OUTPUT/study.cfg, and the program refuses a key that it
    does not know. A step's key is its name, RUN/JOB."""

    def __init__(self, program, mpirun, ranks, config, output, started_at):
        self.program, self.output, self.config, self.ranks = program, Path(output), config, ranks
        self.mpirun = shlex.split(mpirun) + ["-n", str(ranks)]
        self.started_at = started_at
        self.config_file = self.output / "study.cfg"
        self.known_keys = None
        self.digests = {}
        self.lock = lock_folder(self.output)
        write_atomically(self.config_file, "".join(f"{key} = {value}\n" for key, value in config.items()))

    def say(self, text):
        elapsed = int(time.time() - self.started_at)
        print(f"[{elapsed // 60:2}:{elapsed % 60:02}] {text}", flush=True)

    def keys_of(self, job):
        """The options that a job knows, from its manual page; kept while the program is the same."""
        if self.known_keys is None:
            if not os.access(self.program, os.X_OK):
                raise Stop(f"{self.program}: there is no such program. Start tools/study, which builds it.")
            about = os.stat(self.program)
            self.program_print = [about.st_size, about.st_mtime_ns]
            kept = self.stamp("keys")
            self.known_keys = kept["keys"] if kept.get("program") == self.program_print else {}
        if job not in self.known_keys:
            page = subprocess.run([self.program, job, "--help"], capture_output=True, text=True)
            if page.returncode != 0:
                raise Stop(f"{self.program} {job} --help failed:\n{page.stderr}", 70)
            self.known_keys[job] = re.findall(r"^  --([a-z0-9-]+)", page.stdout, re.M)
            write_atomically(self.stamp_path("keys"), json.dumps({"program": self.program_print, "keys": self.known_keys}))
        return self.known_keys[job]

    def stamp_path(self, key):
        return self.output / "state" / (key.replace("/", ".") + ".json")

    def stamp(self, key):
        try:
            return json.loads(self.stamp_path(key).read_text())
        except (OSError, ValueError):
            return {}

    def run(self, key, job, options, makes, after=(), files=()):
        """Runs a job unless it is complete. makes: what it leaves; after: keys of the steps whose results it reads; files:
        input files that no step made. Returns whether there was anything to do."""
        settings = {k: v for k, v in self.config.items() if k in self.keys_of(job)} | options
        inputs = [str(path) for path in files]  # their content counts, not their place
        told = {k: "FILE" if v in inputs else v.replace(str(self.output), "OUTPUT") for k, v in settings.items()}
        digest = digest_of([job, told, [self.digests[a] for a in after], [digest_of_file(f) for f in files]])
        self.digests[key] = digest
        stamp = self.stamp(key)
        if stamp.get("digest") != digest:
            stamp = {"digest": digest, "done": False, "seconds": 0.0, "starts": 0}
            for path in makes:
                self.remove(path)
        if stamp["done"] and all(Path(path).exists() for path in makes):
            return False
        stamp.update(done=False, starts=stamp["starts"] + 1)
        write_atomically(self.stamp_path(key), json.dumps(stamp))
        begun = time.time()
        self.call(key, job, options)
        missing = [str(path) for path in makes if not Path(path).exists()]
        if missing:
            raise Stop(f"{job} ended well but did not write {missing[0]}", 70)
        seconds = time.time() - begun
        stamp.update(done=True, seconds=stamp["seconds"] + seconds)
        write_atomically(self.stamp_path(key), json.dumps(stamp))
        self.say(f"{key}: {seconds:.0f} s")
        return True

    def remove(self, path):
        path = Path(path)
        if self.output.resolve() not in path.resolve().parents:
            raise Stop(f"{path} is outside {self.output}", 70)
        if path.is_dir():
            shutil.rmtree(path)
        for old in [path, path.with_name(path.name + ".part")]:
            old.unlink(missing_ok=True)

    def call(self, key, job, options):
        arguments = [job, f"--config={self.config_file}"] + [f"--{key}={value}" for key, value in sorted(options.items())]
        log = self.output / "logs" / (key.replace("/", ".") + ".log")
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "a") as out:
            print("$", shlex.join([*self.mpirun, self.program, *arguments]), file=out, flush=True)
            job_process = subprocess.Popen([*self.mpirun, self.program, *arguments], stdin=subprocess.DEVNULL, stdout=out,
                                           stderr=subprocess.STDOUT, preexec_fn=end_with_parent,
                                           pass_fds=[self.lock.fileno()])
            code = job_process.wait()
        if code != 0:
            tail = log.read_text(errors="replace").splitlines()[-12:]
            print("\n".join(tail), file=sys.stderr)
            raise Stop(f"{key} failed with exit code {code}; the whole log is {log}", 2 if code == 2 else 70)
