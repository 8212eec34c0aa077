"""What nisa.rng refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.rng, dst=sbuf(4, 8, nl.uint32))
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-psum", dst=psum(4, 8, nl.uint32), engine=nisa.engine.gpsimd)
refuse("gpsimd-random", target="trn1", engine=nisa.engine.gpsimd)
refuse.none("mismatched shapes", "it has one operand")
case = refuse.text
