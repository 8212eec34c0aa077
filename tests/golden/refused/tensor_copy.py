"""What nisa.tensor_copy refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.tensor_copy, dst=sbuf(4, 8), src=sbuf(4, 8))
refuse("engine", engine=nisa.engine.tensor)
refuse("gpsimd-psum", src=psum(4, 8), engine=nisa.engine.gpsimd)
refuse("scalar-exact-copy", target="trn1", engine=nisa.engine.scalar)
case = refuse.text
