"""What holds for the whole process: the default target, and what nki-py was asked to do with every kernel."""

import os
import sys

from nki import _core

_TARGET_VARIABLE = "NEURON_PLATFORM_TARGET_OVERRIDE"

launched_target = None  # nki-py --target
graph_file = None  # nki-py --graph; "-" is stderr


def target_of(platform_target):
    """The generation to run for: the argument, else the environment, else nki-py's option, else trn1.

    `platform_target` may be a generation's name (trn1, inf2, gen2, trn2, …) or None.
    """
    return platform_target or os.environ.get(_TARGET_VARIABLE) or launched_target or "trn1"


def canonical_target(name):
    """The generation that `name` means; ValueError with the known ones if there is none."""
    return _core.target_facts(name)["name"]


def write_graph(text):
    """Appends a graph's text to the file of nki-py --graph."""
    if graph_file == "-":
        sys.stderr.write(text)
        return
    with open(graph_file, "a", encoding="utf-8") as file:
        file.write(text)


_without_graph = set()  # kernels of which that was said


def say_no_graph(name):
    """Says, once per kernel, that --graph has nothing to show of one that nki.simulate runs."""
    if graph_file is not None and name not in _without_graph:
        _without_graph.add(name)
        print(f"nki-py --graph: {name} runs in nki.simulate, where kernels have no graph", file=sys.stderr)
