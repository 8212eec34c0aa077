"""What nisa.tensor_tensor refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.tensor_tensor, dst=sbuf(4, 8), data1=sbuf(4, 8), data2=sbuf(4, 8), op=nl.add)
refuse("both-psum", data1=psum(4, 8), data2=psum(4, 8))
refuse(
    "same-dtype",
    dst=sbuf(4, 8, nl.int32),
    data1=sbuf(4, 8, nl.int32),
    data2=sbuf(4, 8, nl.int8),
    op=nl.bitwise_and,
)
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-psum", data1=psum(4, 8), engine=nisa.engine.gpsimd)
refuse("power-engine", op=nl.power, engine=nisa.engine.vector)
refuse("abs-max-min", target="trn1", op=nl.abs_max)
case = refuse.text
