"""Every instruction has a golden file with every kind of fault and every rule that its documentation lists."""
import re
import runpy

import pytest

from tests.golden import run_golden

ROOT = run_golden.FOLDER.parents[1]
FOLDER = run_golden.FOLDER / "refused"

# Tensors and views are refused before an instruction sees them: bad_arrays.py, bad_views.py, "too many partitions".
REFUSED_BEFORE = {"partitions-at-most", "in-bounds"}
NOT_CALLED = {"end_loop"}  # recorded where the body of a loop ends


def instructions():
    table = (ROOT / "isa" / "instructions.def").read_text(encoding="utf-8")
    return [name for name in re.findall(r"^NKI_INSTRUCTION\((\w+)\)", table, re.MULTILINE) if name not in NOT_CALLED]


def documented_rules(name):
    source = next((ROOT / "isa").glob(f"*/{name}.cc")).read_text(encoding="utf-8")
    listed = re.search(r"^Errors: (.*?)\.\s*^Source:", source, re.MULTILINE | re.DOTALL)[1]
    return set() if listed == "none" else set(re.split(r",\s+", listed))


@pytest.fixture(params=instructions())
def refusals(request):
    """The calls of an instruction that are refused, made."""
    refuse = runpy.run_path(str(FOLDER / f"{request.param}.py"))["refuse"]
    refuse.text()
    return request.param, refuse


def test_every_rule_and_kind_of_fault(refusals):
    name, refuse = refusals
    missing = documented_rules(name) - refuse.rules - REFUSED_BEFORE - set(refuse.beyond)
    assert not missing, f"tests/golden/refused/{name}.py does not break {missing}"
    assert not refuse.rules & set(refuse.beyond), "in reach after all"
    silent = {kind for kind, refused in refuse.kinds.items() if not refused} - set(refuse.not_asked)
    assert not silent, f"{name} refuses nothing of {silent}"
