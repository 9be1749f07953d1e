#!/usr/bin/env python3
"""Tests check_layers.py on small trees that break one rule each, with this repository's own tables."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent


class CheckLayers(unittest.TestCase):
    def check(self, files, tables=None):
        """Runs the checker on a tree of these files; returns (exit code, all that it printed)."""
        if tables is None:
            tables = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {"docs/architecture.md": tables, "jobs/main.cpp": "", "src/core/x.hpp": "", **files}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, HERE / "check_layers.py", root], capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def expect_violation(self, name, text, where, what):
        code, output = self.check({name: text})
        self.assertEqual(code, 1, output)
        self.assertIn(where, output)
        self.assertIn(what, output)
        self.assertIn(" 1 violations", output)

    def test_clean_tree_passes(self):
        code, output = self.check({
            "src/mpi/a.cpp": '#include <mpi.h>\n#include <vector>\n#include "core/error.hpp"\n',
            "src/network/a_torch.hpp": "#include <torch/torch.h>\n",
            "src/network/b_torch.hpp": '#include "network/a_torch.hpp"\n',
            "src/learn/a.cpp": '#include "network/b_torch.hpp"\n',
            "src/cli/options.cpp": '#include <boost/program_options.hpp>\nnamespace cytoscale::cli {\n',
            "jobs/train.cpp": '#include "screen/screen.hpp"\nnamespace cytoscale::jobs {\n'})
        self.assertEqual(code, 0, output)

    def test_higher_folder_is_refused_with_file_and_line(self):
        self.expect_violation("src/core/a.cpp", '// c\n#include "core/x.hpp"\n#include "mpi/communicator.hpp"\n',
                              "src/core/a.cpp:3:", "core must not include mpi")

    def test_neighbor_of_the_same_tier_is_refused(self):
        self.expect_violation("src/image/a.hpp", '#  include "screen/screen.hpp"\n', "src/image/a.hpp:1:",
                              "image must not include screen")

    def test_src_must_not_include_jobs(self):
        self.expect_violation("src/evaluate/a.cpp", '#include "jobs/job.hpp"\n', "src/evaluate/a.cpp:1:",
                              "evaluate must not include jobs")

    def test_outside_header_in_the_wrong_folder_is_refused(self):
        self.expect_violation("src/store/a.cpp", "#include <hdf5.h>\n", "src/store/a.cpp:1:", "belongs to hdf5")
        self.expect_violation("jobs/train.cpp", "#include <torch/nn.h>\n", "jobs/train.cpp:1:", "belongs to")

    def test_outside_header_in_a_public_header_is_refused(self):
        self.expect_violation("src/mpi/communicator.hpp", "#include <mpi.h>\n", "src/mpi/communicator.hpp:1:", ".cpp files")
        self.expect_violation("src/network/network.hpp", '#include "ATen/core/Tensor.h"\n', "src/network/network.hpp:1:",
                              "_torch.hpp")
        self.expect_violation("src/cli/options.hpp", "#include <boost/program_options.hpp>\n", "src/cli/options.hpp:1:",
                              ".cpp files")

    def test_torch_header_in_a_torch_free_header_is_refused(self):
        self.expect_violation("src/learn/trainer.hpp", '#include "network/network_torch.hpp"\n', "src/learn/trainer.hpp:1:",
                              "*_torch.hpp")

    def test_internal_header_of_another_folder_is_refused(self):
        self.expect_violation("src/hdf5/a.cpp", '#include "mpi/native_internal.hpp"\n', "src/hdf5/a.cpp:1:",
                              "internal to mpi")

    def test_namespace_of_another_folder_is_refused(self):
        self.expect_violation("src/learn/a.cpp", "namespace cytoscale::evaluate {\n", "src/learn/a.cpp:1:", "cytoscale::learn")
        self.expect_violation("src/learn/a.cpp", "namespace cytoscale {\n", "src/learn/a.cpp:1:", "cytoscale::learn")

    def test_two_headers_of_one_name_are_refused(self):
        code, output = self.check({"src/learn/score.hpp": "", "src/evaluate/score.hpp": ""})
        self.assertEqual(code, 1, output)
        self.assertIn("src/learn/score.hpp: a header of this name is src/evaluate/score.hpp", output)

    def test_crowded_folder_is_refused(self):
        code, output = self.check({f"src/learn/data/a{i}.cpp": "" for i in range(26)})
        self.assertEqual(code, 1, output)
        self.assertIn("src/learn/data: 26 files", output)

    def test_long_job_is_refused(self):
        code, output = self.check({"jobs/train.cpp": "\n" * 61, "jobs/embed.cpp": "\n" * 60, "jobs/manual/train.txt": "x\n" * 100})
        self.assertEqual(code, 1, output)
        self.assertIn("jobs/train.cpp: 61 lines, more than 60", output)
        self.assertIn(" 1 violations", output)

    def test_header_without_its_folder_is_refused(self):
        self.expect_violation("src/core/a.cpp", '#include "x.hpp"\n', "src/core/a.cpp:1:", "without its folder")

    def test_unknown_folder_and_missing_table_exit_2(self):
        code, output = self.check({"src/fresh/a.cpp": ""})
        self.assertEqual(code, 2)
        self.assertIn("'fresh'", output)
        code, output = self.check({}, tables="nothing here")
        self.assertEqual(code, 2)
        self.assertIn("no table 'tiers'", output)

    def test_table_that_contradicts_itself_exits_2(self):
        tables = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
        code, output = self.check({}, tables=tables.replace("| core, mpi |\n", "| core, store |\n", 1))
        self.assertEqual(code, 2, output)
        self.assertIn("not of a lower tier", output)


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    unittest.main(verbosity=2)
