"""Python interpreters that have packages which Debian lacks, for tests.

Environment: CYTOSCALE_TEST_PYTHON (set by CTest): interpreters, `:` between them.
"""
import functools
import os
import subprocess
import sys


def interpreters():
    return [*filter(None, os.environ.get("CYTOSCALE_TEST_PYTHON", "").split(":")), sys.executable]


@functools.cache
def has(python, package):
    return subprocess.run([python, "-c", f"import {package}"], capture_output=True, timeout=300).returncode == 0


def interpreter_with(packages):
    """The first that has them all, or None."""
    return next((python for python in interpreters() if all(has(python, package) for package in packages)), None)
