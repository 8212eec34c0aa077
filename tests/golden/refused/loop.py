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


# ---- expected ----
# unknown keyword:
#   colour=1
#     TypeError: dynamic_range() got an unexpected keyword argument 'colour'
# missing operand:
#   start=(left out)
#     TypeError: dynamic_range() missing 1 required positional argument: 'start'
# rules:
#   step=0
#     ValueError: dynamic_range: step is 0; it must be a positive integer
#   start=0.5
#     TypeError: dynamic_range: start must be an integer, got 0.5
# [loop-step] is out of reach: nl.dynamic_range refuses it
