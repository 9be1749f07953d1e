#!/usr/bin/env python3
"""A document is followed from its beginning to its end: its shell and Python blocks run one after the other in one folder, its
blocks of CSV that have a file's name become that file, and what it says is printed (`output`) is looked for in what was printed.
documents.py has what is changed, and what is left out and why.

usage: test_commands.py README|tutorial|… Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR, CYTOSCALE_MPIRUN (set by CTest);
CYTOSCALE_TEST_PYTHON, interpreters that have the packages (`:` between them), beside the system's. A block whose packages no
interpreter has is skipped, with the reason.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from documents import DOCUMENTS, SMALL
from markdown import PROGRAM, SOURCE, blocks, logical_lines
from small_run import interpreter_with

# `cytoscale` and `mpirun` as the shell finds them: the program with the options of documents.py in addition, on two ranks at most.
STAND_IN = """#!/usr/bin/env python3
import os, sys
words, more = sys.argv[1:], {more}
for key, value in more.get(words[0] if words else "", {{}}).items():
    at = next((i for i, word in enumerate(words) if word.split("=")[0] == key), None)
    if at is not None:
        del words[at:at + (1 if "=" in words[at] else 2)]
    words.append(f"{{key}}={{value}}")
os.execv({program!r}, [{program!r}, *words])
"""
MPIRUN = """#!/bin/bash
words=() ranks=2
while [ $# -gt 0 ]; do
  case $1 in
    -n) ranks=$(($2 < 2 ? $2 : 2)); shift ;;
    --oversubscribe | --bind-to) [ $1 = --bind-to ] && shift ;;
    *) break ;;
  esac
  shift
done
exec $CYTOSCALE_MPIRUN -n $ranks "$@"
"""


class Session:
    def __init__(self, document, folder):
        self.rules, self.folder, self.words = DOCUMENTS[document], folder, dict(DOCUMENTS[document].words)
        self.here = folder  # where the last block went
        self.printed, self.left_out, self.skipped, self.ran = "", set(), [], 0
        commands = folder / ".bin"
        commands.mkdir()
        for name, text in (("cytoscale", STAND_IN.format(more=json.dumps(self.rules.more), program=PROGRAM)), ("mpirun", MPIRUN)):
            (commands / name).write_text(text)
            (commands / name).chmod(0o755)
        (folder / "build/release").mkdir(parents=True)
        (folder / "build/release/cytoscale").symlink_to(commands / "cytoscale")
        for name in ("config", "tools", "docs"):
            (folder / name).symlink_to(SOURCE / name)
        self.environment = {**os.environ, "PATH": f"{commands}:{os.environ['PATH']}"}

    def program(self, *words, check=True):
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0 or not check, f"{words}\n{done.stdout}\n{done.stderr}"
        return done

    def simulate(self, output, more={}):
        self.program("simulate", f"--output={output}", *(f"{key}={value}" for key, value in {**SMALL, **more}.items()))

    def shell_text(self, text):
        """The block with other words, and without the commands that are left out."""
        lines = text.splitlines()
        for first, line in logical_lines(text):
            for beginning in self.rules.left_out:
                if line.strip().startswith(beginning):
                    self.left_out.add(beginning)
                    last = first
                    while lines[last].endswith("\\"):
                        lines[last], last = "", last + 1
                    lines[last] = ""
        text = "\n".join(lines)
        for word, other in self.words.items():
            text = text.replace(word, other)
        return text

    def run(self, words):
        done = subprocess.run(words, cwd=self.here, env=self.environment, capture_output=True, text=True, timeout=900)
        self.printed += done.stdout + done.stderr
        self.ran += 1
        return "" if done.returncode == 0 else f"exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"

    def python(self, block):
        for beginning in self.rules.left_out:
            if block.text.startswith(beginning):
                self.left_out.add(beginning)
                return ""
        packages = sorted(set(re.findall(r"^(?:import|from) (\w+)", block.text, re.M)) - set(sys.stdlib_module_names))
        if ".parquet" in block.text:
            packages.append("pyarrow")
            if self.words.get("csv,parquet,deepprofiler"):
                self.skipped.append(f"line {block.line}: the program has no Arrow C++")
                return ""
        python = interpreter_with(packages)
        if not python:
            self.skipped.append(f"line {block.line}: no interpreter has {', '.join(packages)}")
            return ""
        code = "import matplotlib; matplotlib.use('Agg')\n" + block.text if "scanpy" in packages else block.text
        return self.run([python, "-W", "ignore", "-c", code])

    def output(self, block):
        """Each line was printed by now; of a block that is named `shorter`, with other numbers."""
        missing = []
        for line in block.text.splitlines():
            words = re.escape(line)
            if block.name == "shorter":  # since the test trains for a few steps alone
                words = re.sub(r"\d[\d.,]*", r"\\d[\\d.,]*", re.sub(r"\\(?=[.,])", "", words))
            if not re.search(f"(?m)^{words}$", self.printed):
                missing.append(line)
        return "" if not missing else "not printed:\n" + "\n".join(missing) + "\nbut:\n" + self.printed[-4000:]

    def follow(self, block):
        if block.language == "sh":
            text = self.shell_text(block.text)
            if not text.strip():
                return ""
            place = self.folder / ".bin/here"
            failure = self.run(["bash", "-euo", "pipefail", "-c", f"{text}\npwd >'{place}'"])
            self.here = self.here if failure else pathlib.Path(place.read_text().strip())
            return failure
        if block.language == "python":
            return self.python(block)
        if block.language == "output":
            return self.output(block)
        if block.language == "csv" and block.name:
            (self.here / block.name).write_text(block.text)
        return ""


def main():
    document = next(name for name in DOCUMENTS if pathlib.Path(name).stem == sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="doc_commands.") as folder:
        session = Session(document, pathlib.Path(folder).resolve())
        session.rules.setup(session)
        for block in blocks(document):
            failure = session.follow(block)
            if failure:
                sys.exit(f"{document}:{block.line}: {failure}\nof\n{block.text}")
    idle = set(session.rules.left_out) - session.left_out
    if idle:
        sys.exit(f"documents.py leaves out what {document} does not have: {', '.join(sorted(idle))}")
    print(f"{document}: {session.ran} blocks ran")
    for command in sorted(session.left_out):
        print(f"left out: {command}: {session.rules.left_out[command]}")
    print("\n".join("skipped, " + reason for reason in session.skipped))
    return 0 if session.ran else 77


if __name__ == "__main__":
    sys.exit(main())
