"""What nisa.tensor_reduce refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.tensor_reduce, dst=sbuf(4, 2), op=nl.add, data=sbuf(4, 2, 8), axis=2)
refuse("reduce-op", op=nl.equal)
refuse("reduce-axis", axis=[0, 2])
refuse("same-dtype", dst=sbuf(4, 2, nl.int8), op=nl.bitwise_and, data=sbuf(4, 2, 8, nl.int32))
refuse("negate-bitwise", dst=sbuf(4, 2, nl.int8), op=nl.bitwise_and, data=sbuf(4, 2, 8, nl.int8), negate=True)
case = refuse.text
