"""What nisa.rand_set_state refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.rand_set_state, src_seeds=sbuf(4, 6, nl.uint32))
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-random", target="trn1")
refuse("vector-xorwow", target="trn2", src_seeds=sbuf(4, 24, nl.uint32), engine=nisa.engine.vector)
case = refuse.text
