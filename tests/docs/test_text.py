#!/usr/bin/env python3
"""The texts name what there is: links lead somewhere, files of the repository are there, every command of the program is one that it
takes (jobs, options, values), and every other option belongs to a script here or to a program that is named below.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR (set by CTest).
"""
import functools
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

from documents import DOCUMENTS, NOT_RUN
from markdown import PROGRAM, SOURCE, anchors, blocks, documents, links, logical_lines, program_words, simple_commands, spans

JOBS = sorted(path.stem for path in (SOURCE / "jobs/manual").glob("*.txt"))
LANGUAGES = {"sh", "python", "csv", "text", "output"}  # of blocks; text: nothing to run
# Options of other programs that the texts name.
FOREIGN = {
    "cmake": {"--build", "--install", "--preset", "--prefix", "--target"},
    "mpirun, srun, sbatch": {"--bind-to", "--oversubscribe", "--mpi", "--kill-on-bad-exit", "--wait", "--nodes", "--exclusive", "--mail-type"},
    "apt-get, debootstrap, update-alternatives": {"--no-install-recommends", "--variant", "--config"},
}
FORMATS = {"cytoscale cell table", "cytoscale screen", "cytoscale illumination", "cytoscale crop store"}  # values of an attribute, no commands
PROGRAM_ITSELF = {"--help", "--version", "--key"}  # --key: of a synopsis


@functools.cache
def say(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@functools.cache
def options_of(job):
    """Name of each option, and whether it takes a value."""
    return {name: bool(value) for name, value in re.findall(r"(?m)^  --([a-z0-9-]+)( \S+)?", say("help", job)[1])}


@functools.cache
def known_options():
    """Of all jobs, of the scripts of this repository, and of other programs."""
    names = {f"--{name}" for job in JOBS for name in options_of(job)}
    for folder in ("tools", "slurm"):
        for path in (SOURCE / folder).rglob("*"):
            if path.is_file() and path.suffix in ("", ".py", ".sh", ".sbatch"):
                names |= set(re.findall(r"--[a-z][a-z0-9-]*", path.read_text(errors="replace")))
    return names.union(PROGRAM_ITSELF, *FOREIGN.values())


def texts_with_commands():
    """(document, line, text of a line of shell) of blocks of all documents and of the program's own pages, and of code spans."""
    for document in documents():
        for block in blocks(document):
            if block.language == "sh":
                for number, line in logical_lines(block.text):
                    yield document, block.line + number, line
        for line, span in spans(document):
            if re.match(r"(mpirun .*|\S+/)?cytoscale [a-z-]", span) and span not in FORMATS:
                yield document, line, span
    for job in JOBS:
        for block in blocks(f"docs/jobs/{job}.md"):
            for number, line in logical_lines(block.text):
                if "cytoscale" in line:
                    yield f"docs/jobs/{job}.md", block.line + number, line


def commands():
    """(where, words) of each command of the program that is not a synopsis."""
    for document, number, line in texts_with_commands():
        if line.strip().startswith("#"):
            continue
        for words in simple_commands(line):
            given = program_words(words)
            synopsis = given and ("JOB" in given or "..." in given or re.search(r"[$…]", given[0]) or any(word.startswith("[--") for word in given))
            if given and not synopsis:
                yield f"{document}:{number}", [re.sub(r"\$\w+|…", "X", word) for word in given]


def settings_of(words):
    """key = value of the options of a command."""
    known, found = options_of(words[0]), {}
    for place, word in enumerate(words):
        if word.startswith("--"):
            key, equals, value = word[2:].partition("=")
            after = words[place + 1] if place + 1 < len(words) and not words[place + 1].startswith("--") else None
            found[key] = value if equals else after if known.get(key) else "true"
    return {key: value for key, value in found.items() if value and key not in ("config", "help")}


def script_text(script):
    """Of a script of this repository, with those that it calls."""
    if script.parts[0] == "tools" and len(script.parts) == 2:
        paths = [SOURCE / script, *(SOURCE / "tools/studies").glob("*.py")] if script.name == "study" else [SOURCE / script]
    else:
        paths = [path for path in (SOURCE / script).parent.rglob("*") if path.is_file() and path.suffix in ("", ".py", ".sh", ".sbatch")]
    return "".join(path.read_text(errors="replace") for path in paths)


class Texts(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for document in documents():
            for line, target in links(document):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                path = ((SOURCE / document).parent / name).resolve() if name else SOURCE / document
                self.assertTrue(path.exists(), f"{document}:{line}: {target}")
                if anchor:
                    self.assertIn(anchor, list(anchors(path.relative_to(SOURCE))), f"{document}:{line}: {target}")

    def test_files_of_the_repository_are_there(self):
        homes = [SOURCE, SOURCE / "src", SOURCE / "docs", SOURCE / "tests"]
        for document in documents():
            for line, span in spans(document):
                for word in re.findall(r"^(?:[\w.-]+/)+[\w.-]+(?= |$)", span):
                    ours = re.match(r"(config|docs|tools|slurm|src|tests|jobs)/", word) or re.search(r"\.(hpp|cpp|py|cmake)$", word)
                    if ours and not re.search(r"\b[A-Z]{2,}\b", word):
                        self.assertTrue(any((home / word).exists() for home in homes), f"{document}:{line}: {word}")

    def test_blocks_say_what_they_are(self):
        for document in documents():
            for block in blocks(document):
                self.assertIn(block.language, LANGUAGES, f"{document}:{block.line}")

    def test_documents_are_run_or_there_is_a_reason(self):
        with_commands = {document for document in documents() if any(block.language in ("sh", "python") for block in blocks(document))}
        self.assertEqual(with_commands, {*DOCUMENTS, *NOT_RUN})
        self.assertFalse(set(DOCUMENTS) & set(NOT_RUN))

    def test_options_are_there(self):
        for document in set(documents()) - {"CHANGELOG.md"}:  # which names what is no more
            words = [(line, span) for line, span in spans(document)]
            words += [(block.line, block.text) for block in blocks(document) if block.language in ("sh", "text")]
            for line, text in words:
                for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text):
                    self.assertTrue(option in known_options(), f"{document}:{line}: there is no option {option}")

    def test_presets_are_there(self):
        presets = {preset["name"] for preset in json.loads((SOURCE / "CMakePresets.json").read_text())["configurePresets"]}
        for document in documents():
            for preset in re.findall(r"--preset (\S+)", (SOURCE / document).read_text()):
                self.assertIn(preset.strip("`,."), presets, document)


class Commands(unittest.TestCase):
    def test_the_program_takes_them(self):
        count = 0
        for where, words in commands():
            count += 1
            if words[0] in JOBS:
                code, said = say(*words, "--help")
                self.assertEqual(code, 0, f"{where}: {words}\n{said}")
                values = [word for word in words[1:] if not word.startswith("--")]
                for value in values:
                    if re.match(r"config/\S+\.cfg$", value):
                        self.assertTrue((SOURCE / value).is_file(), f"{where}: {value}")
            else:
                self.assertEqual(say(*words)[0], 0, f"{where}: {words}")
        self.assertGreater(count, 60)

    def test_scripts_take_them(self):
        count = 0
        for document, number, line in texts_with_commands():
            for words in [] if line.strip().startswith("#") else simple_commands(line):
                for place, word in enumerate(words):
                    if re.match(r"(tools|slurm)/", word):
                        count += 1
                        self.assertTrue((SOURCE / word).is_file(), f"{document}:{number}: {word}")
                        for option in re.findall(r"--[a-z][a-z0-9-]*", " ".join(words[place + 1:])):
                            self.assertTrue(option in script_text(pathlib.Path(word)), f"{document}:{number}: {word} has no {option}")
        self.assertGreater(count, 10)

    def test_values_are_taken(self):
        """As lines of a config file, which check asks about all of its jobs' values."""
        with tempfile.TemporaryDirectory(prefix="doc_text.") as folder:
            config = pathlib.Path(folder) / "command.cfg"
            for where, words in commands():
                settings = settings_of(words) if words[0] in JOBS else {}
                if settings:
                    config.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
                    said = say("check", f"--config={config}", f"--output={folder}")[1]
                    self.assertNotRegex(said, r"command\.cfg:\d", f"{where}: {words}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
