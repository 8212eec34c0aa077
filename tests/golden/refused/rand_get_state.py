"""What nisa.rand_get_state refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.rand_get_state, dst=sbuf(4, 6, nl.uint32))
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-psum", dst=psum(4, 6, nl.uint32))
refuse("gpsimd-random", target="trn1")
refuse("vector-xorwow", target="trn2", dst=sbuf(4, 24, nl.uint32), engine=nisa.engine.vector)
case = refuse.text
