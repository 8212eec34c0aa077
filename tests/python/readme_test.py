"""The code of the README runs, and the mistake it shows is reported in the words it shows."""

import importlib.util
import pathlib
import re
import subprocess
import sys

README = (pathlib.Path(__file__).parents[2] / "README.md").read_text()
KERNEL, SIDE_BY_SIDE = re.findall(r"```python\n(.*?)```", README, re.S)


def run(script, folder):
    (folder / "first.py").write_text(script)
    return subprocess.run([sys.executable, "first.py"], cwd=folder, capture_output=True, text=True, timeout=120)


def test_first_kernel_runs(tmp_path):
    assert run(KERNEL, tmp_path).returncode == 0


def test_kernels_of_two_generations_run_side_by_side(tmp_path):
    assert run(SIDE_BY_SIDE, tmp_path).returncode == 0


def test_mistake_is_reported_as_shown(tmp_path):
    mistaken = KERNEL.replace("tensor_scalar(dst=tile,", "tensor_scalar(dst=tile[:, 0:32],")
    result = run(mistaken, tmp_path)
    shown = re.search(r"^    (first.py:\d+: error: .*)\n    (    nisa.*)$", README, re.M)
    assert result.returncode == 1
    assert shown.group(1) in result.stderr.replace(f"{tmp_path}/", "")
    assert shown.group(2).strip() in result.stderr


def test_what_works_is_what_the_table_gives():
    path = pathlib.Path(__file__).parents[2] / "python" / "tools" / "support_table.py"
    spec = importlib.util.spec_from_file_location("support_table", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    _, shown, _ = tool.parts(README)
    assert shown == tool.generate(shown), "run python/tools/support_table.py"
