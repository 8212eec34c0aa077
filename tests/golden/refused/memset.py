"""What nisa.memset refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.memset, dst=sbuf(4, 8, nl.uint8), value=1)
refuse("constant", value=None)
refuse("integer-value", value=0.5)
refuse("value-range", value=256)
refuse("packed-zero", dst=sbuf(4, 8, nl.float8_e4m3fn_x4))
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-psum", dst=psum(4, 8), engine=nisa.engine.gpsimd)
refuse.none("mismatched shapes", "it has one operand")
case = refuse.text
