"""Every example runs as a user would run it."""

import pathlib
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
NEEDS = {"torch_operator": "torch", "torch_xla_operator": "torch", "jax_operator": "jax"}
SCRIPTS = sorted(path.stem for path in EXAMPLES.glob("*.py") if "__main__" in path.read_text())


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    run = subprocess.run([sys.executable, EXAMPLES / f"{name}.py"], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert run.stdout, "an example says what it showed"


def test_notebook():
    """Executes every cell; cells check their own results. The last one shows a refused kernel."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(EXAMPLES / "notebook.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    displays = [output["data"] for output in outputs if output.output_type == "execute_result"]
    assert len(displays) == 4 and all("text/html" in data for data in displays)
    assert "moving has 640 free elements; trn1 allows at most 512 [free-at-most]" in outputs[-1]["text"]
