"""What nki reads of loops in bytecode, in each Python that is at hand."""

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def runs(python):
    """Whether it is there, and not pyenv's stand-in for one that is not chosen."""
    return shutil.which(python) and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


PYTHONS = [sys.executable, *filter(runs, ("python3.12", "python3.13"))]


@pytest.mark.parametrize("python", PYTHONS)
def test_loops_in_bytecode(python):
    command = [python, "-I", ROOT / "tests/python/bytecode_programs.py", ROOT / "python/nki"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "passed\n"), run.stderr
