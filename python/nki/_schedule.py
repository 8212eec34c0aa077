"""kernel.with_schedule(edges): which named instructions run after which others.

Everything runs in the order of the kernel here, so that edges change no result; they are checked as a device's compiler
checks them. Source: "How to Use the NKI Scheduling APIs", NKI 0.6.
"""

from graphlib import CycleError, TopologicalSorter

from nki._errors import refuse


class Schedule:
    """Checked edges: name -> the names that it waits for."""

    def __init__(self, kernel_name, edges):
        """`edges` is what the user passes: pairs of a name and a name or several."""
        self._place = f"{kernel_name}.with_schedule"
        self._waits = {}
        if not isinstance(edges, (list, tuple)):
            raise TypeError(f"{self._place}: takes a list of pairs (name, names that it waits for), got {edges!r}")
        for edge in edges:
            name, producers = self._read(edge)
            self._waits.setdefault(name, []).extend(producers)
        try:
            TopologicalSorter(self._waits).prepare()
        except CycleError as error:
            circle = " waits for ".join(map(repr, reversed(error.args[1])))
            raise ValueError(f"{self._place}: the edges have no order: {circle}") from None

    def _read(self, edge):
        if isinstance(edge, (list, tuple)) and len(edge) == 2:
            name, producers = edge
            several = [producers] if isinstance(producers, str) else producers
            if isinstance(several, (list, tuple)) and all(isinstance(one, str) for one in [name, *several]):
                return name, several
        raise TypeError(
            f"{self._place}: {edge!r} is not an edge; write (name, name) or (name, [name, ...]) with what name= of the "
            "instructions says"
        )

    def check(self, function, graph):
        """VerifyError if an edge has a name that no instruction of the graph has."""
        known = {instruction.get("name") for instruction in graph.to_dict()["instructions"]} - {None}
        wanted = dict.fromkeys(name for consumer, producers in self._waits.items() for name in (consumer, *producers))
        named = f"there are {', '.join(sorted(known))}" if known else "none has a name"
        problems = [
            ("schedule-name", f"{self._place}: no instruction is called {name!r} (name=...); {named}")
            for name in wanted
            if name not in known
        ]
        if problems:
            refuse(function, problems)
