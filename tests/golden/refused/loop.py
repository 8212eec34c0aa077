"""What nl.dynamic_range refuses."""
import nki.language as nl

from tests.golden.refusals import Refusals


def loop(**bounds):
    for _ in nl.dynamic_range(**bounds):
        pass


refuse = Refusals(loop, start=0, stop=4, step=1)
refuse("positive", step=0)
refuse("dynamic_range: start must be", start=0.5)
refuse.unreachable("loop-step", "nl.dynamic_range refuses it")
case = refuse.text
