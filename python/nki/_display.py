"""How kernels, graphs, plans and reports look: text on a terminal, a self-contained piece of HTML in a notebook."""

import html
import json

_STYLE = (
    "<style>.nki table{border-collapse:collapse;font-size:90%}.nki td,.nki th{border:1px solid #8884;padding:2px 8px;"
    "text-align:left}.nki pre{margin:4px 0;font-size:90%;max-height:24em;overflow:auto}.nki summary{cursor:pointer}"
    "</style>"
)


def _page(title, *parts):
    return f'<div class="nki">{_STYLE}<b>{html.escape(title)}</b>{"".join(parts)}</div>'


def _table(headings, rows):
    head = "".join(f"<th>{html.escape(str(heading))}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _fold(title, text):
    return f"<details><summary>{html.escape(title)}</summary><pre>{html.escape(text)}</pre></details>"


class GraphView:
    """A kernel's graph: what the kernel said, instruction by instruction."""

    def __init__(self, graph):
        self._graph = graph

    def __len__(self):
        """The number of instructions."""
        return len(self._graph)

    def text(self):
        """The stable text form."""
        return self._graph.text()

    def to_dict(self):
        """The graph as plain dicts, lists, strings and numbers."""
        return self._graph.to_dict()

    def to_json(self, indent=None):
        """The graph as JSON."""
        return json.dumps(self.to_dict(), indent=indent)

    def __str__(self):
        return self.text()

    def __repr__(self):
        return f"<graph of {self._graph.name} on {self._graph.target}: {len(self)} instructions>"

    def _repr_html_(self):
        graph = self.to_dict()
        tensors = [(t["name"], t["role"], t["space"], t["dtype"], tuple(t["shape"])) for t in graph["tensors"]]
        return _page(
            f"{graph['kernel']} on {graph['target']}: {len(self)} instructions",
            _table(("tensor", "role", "memory", "dtype", "shape"), tensors[:50]),
            _fold("text form", self.text()),
        )


class PlanView:
    """A verified kernel: where its tensors lie and what it asks of the machine."""

    def __init__(self, spec):
        self._spec = spec
        self.summary = spec.plan.summary()
        self.warnings = list(spec.plan.warnings)

    @property
    def key(self):
        """The content hash under which frameworks find the kernel."""
        return self._spec.key

    @property
    def placements(self):
        """[(tensor, memory, first partition, first byte, partitions, bytes per partition)], on-chip tensors only."""
        return self._spec.plan.placements()

    def __str__(self):
        lines = [
            f"plan of {self._spec.name} on {self._spec.graph.target}: {len(self._spec.plan)} steps",
            f"  SBUF peak {self.summary['sbuf_peak']} bytes per partition, PSUM peak {self.summary['psum_peak']}",
            f"  DMA moves {self.summary['dma_bytes']} bytes",
        ]
        lines += [f"  {count:6} {name}" for name, count in sorted(self.summary["instructions"].items())]
        return "\n".join(lines + [f"  {warning}" for warning in self.warnings])

    def __repr__(self):
        return f"<plan of {self._spec.name}: {len(self._spec.plan)} steps>"

    def _repr_html_(self):
        headings = ("tensor", "memory", "partition", "byte", "partitions", "bytes per partition")
        return _page(
            f"plan of {self._spec.name}",
            f"<pre>{html.escape(str(self))}</pre>",
            _table(headings, self.placements[:50]),
        )


class Report:
    """What one run did. `result` is what the kernel returned."""

    def __init__(self, spec, run, result):
        self.kernel = spec.name
        self.target = spec.graph.target
        self.steps, self.workers, self.seconds = run
        self.summary = spec.plan.summary()
        self.result = result

    def to_dict(self):
        """All numbers, ready for JSON."""
        return {
            "kernel": self.kernel,
            "target": self.target,
            "steps": self.steps,
            "workers": self.workers,
            "seconds": self.seconds,
            **self.summary,
        }

    def __str__(self):
        instructions = ", ".join(f"{count} {name}" for name, count in sorted(self.summary["instructions"].items()))
        return (
            f"{self.kernel} on {self.target}: {self.steps} instructions in {self.seconds * 1e3:.3f} ms of this machine "
            f"({self.workers} threads): {instructions}"
        )

    def __repr__(self):
        return f"<report of {self.kernel}: {self.steps} instructions, {self.seconds * 1e3:.3f} ms>"

    def _repr_html_(self):
        counts = sorted(self.summary["instructions"].items(), key=lambda item: -item[1])
        cycles = [(engine, f"{count:.0f}") for engine, count in sorted(self.summary["engine_cycles"].items())]
        return _page(
            str(self),
            _table(("instruction", "count"), counts),
            _table(("engine", "cycles at full rate"), cycles),
        )


def kernel_html(kernel):
    """A kernel's signature, documentation and what it was compiled for."""
    rows = [(spec.inputs, spec.outputs, len(spec.plan), spec.key) for spec in kernel.specializations()]
    return _page(
        repr(kernel),
        f"<pre>{html.escape(kernel.__doc__ or '')}</pre>",
        _table(("inputs", "outputs", "instructions", "key"), rows),
    )
