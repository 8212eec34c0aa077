"""What nisa.tensor_partition_reduce refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.tensor_partition_reduce, dst=sbuf(1, 8), op=nl.add, data=sbuf(4, 8))
refuse("same-dtype", dst=sbuf(1, 8, nl.int8), op=nl.bitwise_or, data=sbuf(4, 8, nl.int32))
refuse("integer-dtype", op=nl.bitwise_or)
case = refuse.text
