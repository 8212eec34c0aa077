"""What nki-py asks of the package before it runs a script."""

import atexit
import sys

import nki_standins

from nki import _core, _settings


def configure(target=None, graph=None, check=False, log=None, stats=False):
    """Applies nki-py's options. Paths are strings, "-" is stderr. ValueError if one can't be used."""
    nki_standins.install()
    if target is not None:
        _settings.launched_target = _settings.canonical_target(target)
    if graph is not None:
        _empty("--graph", graph)
        _settings.graph_file = graph
    if log is not None:
        _empty("--log", log)
    if check or log is not None:
        _core.set_run_hooks(bool(check), log)
    if stats:
        atexit.register(_print_totals)


def _empty(option, path):
    """Empties the file now: what goes into it is appended as kernels are traced and run."""
    if path == "-":
        return
    try:
        with open(path, "w", encoding="utf-8"):
            pass
    except OSError as error:
        raise ValueError(f"{option}: {path} can't be written: {error.strerror}") from None


def _print_totals():
    totals = sorted(_core.run_totals().items(), key=lambda item: -item[1][2])
    print(f"{'kernel':32} {'calls':>8} {'instructions':>13} {'ms':>10} {'us/call':>9}", file=sys.stderr)
    for name, (calls, steps, seconds) in totals:
        row = f"{name:32} {calls:8} {steps:13} {seconds * 1e3:10.3f} {seconds * 1e6 / calls:9.1f}"
        print(row, file=sys.stderr)
