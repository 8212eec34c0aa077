"""How long a device would take, estimated from a plan.

The estimate is a lower bound, of what keeps the busiest part of a core busy:

- each engine starts its instructions one after the other, at the interval that AWS's pages give for each (the cost of
  an instruction, `CostOn` in its file), at the clock of the architecture guides;
- the DMA engines together move all bytes at the bandwidth of AWS's guide to DMA.

It leaves out what makes one part wait for another: latencies, semaphores, dependencies, the start of a DMA, the host.
All programs of a grid count as if one core ran them.
"""

from nki import _core

PERCENTILES = (0, 1, 10, 25, 50, 90, 99, 100)


def microseconds(plan, target):
    """The least time in which a device of this generation runs a plan."""
    facts, summary = _core.target_facts(target), plan.summary()
    clocks = facts["engine_ghz"]
    engines = [cycles / clocks[name] for name, cycles in summary["engine_cycles"].items() if name in clocks]
    return max([*engines, summary["dma_bytes"] / facts["dma_bytes_per_ns"]]) / 1e3


class Latency:
    """The time of a kernel on a NeuronCore; an estimate (see this file), the same in all percentiles."""

    def __init__(self, microseconds):
        self._microseconds = microseconds

    def get_latency_percentile(self, percentile):
        """A percentile of the latency, in microseconds: 0, 1, 10, 25, 50, 90, 99 or 100."""
        if isinstance(percentile, bool) or percentile not in PERCENTILES:
            known = ", ".join(map(str, PERCENTILES))
            raise ValueError(f"get_latency_percentile: there are the percentiles {known}, got {percentile!r}")
        return self._microseconds

    def __repr__(self):
        return f"<estimated latency {self._microseconds:.3f} us>"


class BenchmarkResult:
    """What nki.benchmark found out."""

    def __init__(self, latency):
        self.nc_latency = latency

    def __repr__(self):
        return f"<benchmark result: {self.nc_latency!r}>"
