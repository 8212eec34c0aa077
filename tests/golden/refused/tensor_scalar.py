"""What nisa.tensor_scalar refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.tensor_scalar, dst=sbuf(4, 8), data=sbuf(4, 8), op0=nl.add, operand0=sbuf(4, 1))
refuse("unary-operand", operand0=None)
refuse("unary-operand", op0=nl.square)
refuse("op1-operand1", operand1=1.0)
refuse("op-class", op1=nl.bitwise_and, operand1=1)
refuse("integer-constant", dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.int32), op0=nl.bitwise_and, operand0=0.5)
refuse("engine", engine=nisa.engine.tensor)
refuse("gpsimd-psum", data=psum(4, 8), op0=nl.rsqrt, operand0=1.0)
refuse(
    "bitwise-engine",
    dst=sbuf(4, 8, nl.int32),
    data=sbuf(4, 8, nl.int32),
    op0=nl.bitwise_and,
    operand0=1,
    engine=nisa.engine.gpsimd,
)
refuse("rsqrt-engine", engine=nisa.engine.gpsimd)
refuse("rsqrt-engine", op0=nl.rsqrt, operand0=1.0, engine=nisa.engine.vector)
refuse("scalar-arithmetic", target="trn1", engine=nisa.engine.scalar)
refuse("scalar-ops", op0=nl.maximum, engine=nisa.engine.scalar)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
refuse("unary-alu-ops", target="trn1", op0=nl.square, operand0=None)
case = refuse.text
