#!/usr/bin/env python3
"""What the program says of itself: pages of at most 80 columns, versions, man pages and completion that their readers accept, pages of
docs/jobs that are current, a bad value of a config file with its line, and color on terminals alone.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR (set by CTest).
"""
import os
import pathlib
import pty
import re
import shutil
import subprocess
import tempfile
import unittest

PROGRAM, SOURCE = os.environ["CYTOSCALE_PROGRAM"], pathlib.Path(os.environ["CYTOSCALE_SOURCE_DIR"])
JOBS = sorted(path.stem for path in (SOURCE / "jobs" / "manual").glob("*.txt"))


def say(*words, code=0, **settings):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, **settings)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done.stdout if code == 0 else done.stderr


def reads(reader, text, *words):
    """That a shell or a formatter accepts a text, without a word; skips one that is not here."""
    if not shutil.which(reader):
        return
    done = subprocess.run([reader, *words], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, (reader, done.returncode, done.stderr[:2000])


class Pages(unittest.TestCase):
    def test_pages_fit_80_columns_and_have_each_group_and_key_once(self):
        overview = say("help")
        for job in JOBS:
            page = say("help", job)
            self.assertEqual(page, say(job, "--help"))
            self.assertIn(f"  {job} ", overview)
            for line in page.splitlines():
                self.assertLessEqual(len(line), 80, f"{job}: {line}")
            options = page[page.index("\nOPTIONS\n"):page.index("\nEXIT CODES\n")]
            keys = re.findall(r"^  --([a-z0-9-]+)", options, re.M)
            self.assertEqual(len(keys), len(set(keys)), job)
            groups = re.findall(r"^(?=\S)(?!OPTIONS)(.+)$", options, re.M)
            self.assertEqual(len(groups), len(set(groups)), f"{job}: {groups}")
        for line in overview.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_run_lists_options_by_stage(self):
        groups = re.findall(r"^(\S.*)$", say("help", "run"), re.M)
        for group in ("Screen", "segment: Segmentation", "train: Learning", "evaluate: Matching"):
            self.assertIn(group, groups)

    def test_versions(self):
        text = say("--version")
        self.assertEqual(text, say("-V"))
        self.assertRegex(text, r"^cytoscale \d+\.\d+\.\d+ \(.+\)\n")
        for library in ("MPI", "HDF5", "libtiff", "libpng", "libjpeg", "pugixml", "Boost", "Eigen", "LibTorch", "oneDNN"):
            self.assertRegex(text, rf"(?m)^  {library} +(\S.*\d|built without)")

    def test_wrong_words_are_named(self):
        self.assertIn("Did you mean 'train'?", say("help", "trian", code=2))
        self.assertIn("bash, zsh, fish", say("completion", "tcsh", code=2))
        self.assertIn("bash, zsh, fish", say("completion", code=2))
        self.assertIn("text, man, markdown", say("help", "run", "--format", "pdf", code=2))

    def test_man_pages_are_read_without_a_warning(self):
        for words in ([], *([job] for job in JOBS)):
            page = say("help", *words, "--format", "man")
            reads("mandoc", page, "-T", "lint", "-W", "error")
            reads("groff", page, "-k", "-ww", "-man", "-T", "utf8", "-z")
        reads("mandoc", say("help", "run", "--format", "man"), "-T", "ascii", "-W", "error")

    def test_pages_of_docs_are_current(self):
        folder = SOURCE / "docs" / "jobs"
        self.assertEqual(sorted(path.stem for path in folder.glob("*.md")), JOBS)
        for job in JOBS:
            self.assertEqual((folder / f"{job}.md").read_text(), say("help", job, "--format", "markdown"),
                             "cmake --build build/release --target job_pages writes docs/jobs anew")


class Completion(unittest.TestCase):
    def test_shells_read_their_scripts(self):
        reads("bash", say("completion", "bash"), "-n")
        reads("zsh", say("completion", "zsh"), "-n")
        reads("fish", say("completion", "fish"), "-n")

    def complete(self, line):
        words = line.split(" ")
        script = say("completion", "bash") + f"""
COMP_WORDS=({' '.join(f"'{word}'" for word in words)}) COMP_CWORD={len(words) - 1}
_cytoscale
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
        return subprocess.run(["bash", "--norc"], input=script, capture_output=True, text=True, timeout=60, cwd=SOURCE).stdout.split()

    def test_bash_completes_jobs_options_words_and_files(self):
        self.assertEqual(self.complete("cytoscale se"), ["segment"])
        self.assertEqual(self.complete("cytoscale help pre"), ["predict"])
        self.assertEqual(self.complete("cytoscale segment --manifest-f"), ["--manifest-format"])
        self.assertIn("bbbc021", self.complete("cytoscale segment --manifest-format b"))
        self.assertIn("bbbc021", self.complete("cytoscale segment --manifest-format = b"))
        self.assertEqual(self.complete("cytoscale run --config CHANGE"), ["CHANGELOG.md"])
        self.assertEqual(self.complete("cytoscale verify LICEN"), ["LICENSE"])
        self.assertEqual(self.complete("cytoscale train --epochs "), [])

    def test_fish_completes_too(self):
        if not shutil.which("fish"):
            self.skipTest("there is no fish here")
        asked = say("completion", "fish") + "complete -C 'cytoscale segment --manifest-format bb'\n"
        done = subprocess.run(["fish", "--no-config"], input=asked, capture_output=True, text=True, timeout=60)
        self.assertIn("bbbc021", done.stdout)


class Configs(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="self_description."))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_a_bad_value_is_named_with_file_and_line(self):
        for job, line in (("segment", "threads = two"), ("run", "manifest-format = excel"), ("run", "validation-fraction = 7"),
                          ("train", "control = negcon"), ("evaluate", "bootstrap = -4")):
            (self.folder / "bad.cfg").write_text(f"seed = 1\n# a comment\n{line}\n")
            key = line.split(" ")[0]
            for word in (job, "check"):
                words = [PROGRAM, word, "--config=bad.cfg", "--output=."] + ([] if word == "evaluate" else ["--manifest=none.csv"])
                done = subprocess.run(words,
                                      capture_output=True, text=True, timeout=60, cwd=self.folder)
                self.assertEqual(done.returncode, 2, (job, line))
                if word == "check" and job == "evaluate":
                    continue  # a job that does not stand alone is asked when it runs
                self.assertRegex(done.stdout + done.stderr, rf"bad\.cfg:3: (option )?--{key}", (word, line))

    def test_a_config_may_name_its_own_folder(self):
        (self.folder / "own.cfg").write_text("manifest = ${CONFIG_FOLDER}/none.csv\n")
        said = say("illuminate", "--config", str(self.folder / "own.cfg"), code=2, cwd="/")
        self.assertIn(f"{self.folder}/none.csv", said)

    def test_color_is_for_terminals_that_want_it(self):
        shutil.copytree(SOURCE / "config", self.folder / "config")
        words = [PROGRAM, "simulate", "--output=screen", "--moas=2", "--compounds-per-moa=2", "--concentrations=1", "--batches=1",
                 "--replicates=1", "--plates-per-batch=1", "--controls-per-plate=1", "--positive-controls-per-plate=0",
                 "--single-group-moas=0", "--away-compounds=0", "--fields-per-well=1", "--field-size=64", "--nucleus-radius=4",
                 "--cells-per-field=2"]

        def on_terminal(**more):
            ours, its = pty.openpty()
            environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm-256color"} | more
            shutil.rmtree(self.folder / "screen", ignore_errors=True)
            done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=its, timeout=60, cwd=self.folder, env=environment)
            os.close(its)
            text = b""
            try:
                while part := os.read(ours, 65536):
                    text += part
            except OSError:  # so a terminal ends
                pass
            os.close(ours)
            self.assertEqual(done.returncode, 0, text)
            return text

        self.assertRegex(on_terminal(), rb"\x1b\[[0-9;]*m")
        plain = on_terminal(NO_COLOR="1")
        self.assertTrue(plain)
        self.assertNotRegex(plain, rb"\x1b\[[0-9;]*m")


if __name__ == "__main__":
    unittest.main(verbosity=2)
