"""Writes what works into README.md, from the instruction table and, where ../shared lies beside the project, from the
names of each release of NKI.

    .venv/bin/python python/tools/support_table.py            writes the part of README.md between its two marks
    .venv/bin/python python/tools/support_table.py --check    status 1 if it is not what the table gives
"""

import argparse
import importlib
import json
import pathlib
import sys

from nki import _core, isa

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
SIGNATURES = ROOT.parent / "shared" / "nki_api" / "signatures.json"
BEGIN, END = "<!-- support: begin, written by python/tools/support_table.py -->\n", "<!-- support: end -->\n"
TARGETS = ("trn1", "trn2", "trn3")
RELEASES = ("beta1-2.20", "beta1-2.23", "beta1", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6")
MODULES = ("nki", "nki.isa", "nki.language", "nki.collectives")
BETA1 = {"beta1-2.20": "Beta 1, 2.20", "beta1-2.23": "Beta 1, 2.23", "beta1": "Beta 1, 2.26"}  # of neuronxcc.nki


def target_table():
    """Which instructions and which features each target has."""
    by_targets = {}
    for name, instruction in sorted(isa._instructions.items()):
        by_targets.setdefault(tuple(instruction.targets), []).append(name)
    lines = ["| instructions of `nki.isa` | trn1 | trn2 | trn3 |", "|---|---|---|---|"]
    for targets, names in sorted(by_targets.items(), key=lambda row: len(row[0])):
        what = f"all {len(names)} others" if targets == TARGETS else ", ".join(f"`{name}`" for name in names)
        lines.append(f"| {what} | {_marks(targets)} |")
    features = {target: _core.target_facts(target)["features"] for target in TARGETS}
    for name, sentence in (features["trn3"] | features["trn2"] | features["trn1"]).items():
        targets = [target for target in TARGETS if name in features[target]]
        if tuple(targets) != TARGETS and sentence.removeprefix("nki.isa.") not in isa._instructions:
            lines.append(f"| {sentence} | {_marks(targets)} |")
    return "\n".join(lines) + "\n"


def _marks(targets):
    return " | ".join("yes" if target in targets else "–" for target in TARGETS)


def release_table():
    """How many of the names of each release's modules there are, and which are missing."""
    releases = json.loads(SIGNATURES.read_text(encoding="utf-8"))["releases"]
    heading = " | ".join(f"`{module}`" for module in MODULES)
    lines = [f"| names of NKI | {heading} | not there |", "|---|---|---|---|---|---|"]
    for release in RELEASES:
        cells, missing = [], []
        for module in MODULES:
            names = [name for name in releases[release]["modules"].get(module, {}) if not name.startswith("_")]
            owner = f"neuronxcc.{module}" if release in BETA1 else module
            absent = [name for name in names if not _has(owner, name)]
            cells.append(f"{len(names) - len(absent)} of {len(names)}" if names else "")
            missing += absent if module != "nki.collectives" else []  # as a whole: operations between ranks
        absent = ", ".join(f"`{name}`" for name in missing)
        lines.append(" | ".join([f"| {BETA1.get(release, release)}", *cells, absent]) + " |")
    return "\n".join(lines) + "\n"


def _has(module, name):
    try:
        owner = importlib.import_module(module)
        for part in name.split("."):
            owner = getattr(owner, part)
    except (ImportError, AttributeError):
        return False
    return True


def parts(text):
    """README.md as it is before the marks, between them and behind them."""
    before, rest = text.split(BEGIN)
    between, behind = rest.split(END)
    return before, between, behind


def generate(present):
    """The text between the marks; that of the releases stays as it is where ../shared is not there."""
    releases = release_table() if SIGNATURES.exists() else present[present.index("| names of NKI |") :]
    return target_table() + "\n" + releases


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if the file would change")
    before, between, behind = parts(README.read_text(encoding="utf-8"))
    text = generate(between)
    if parser.parse_args().check:
        if between != text:
            sys.exit("README.md is out of date; run python/tools/support_table.py")
        return
    README.write_text(before + BEGIN + text + END + behind, encoding="utf-8")


if __name__ == "__main__":
    main()
