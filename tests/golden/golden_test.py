"""Every golden file says what its last comment says; `run_golden.py --rebase` rewrites those."""
import pytest

from tests.golden import run_golden


@pytest.mark.parametrize("path", run_golden.files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_golden(path):
    assert not run_golden.difference(path)


def test_a_changed_expectation_is_noticed(tmp_path):
    source = run_golden.FOLDER / "graph" / "add.py"
    copy = tmp_path / "add.py"
    copy.write_text(source.read_text(encoding="utf-8").replace("# kernel add on", "# kernel sub on"), encoding="utf-8")
    assert "-kernel sub on trn1" in run_golden.difference(copy)
    run_golden.rebase(copy)
    assert not run_golden.difference(copy)
