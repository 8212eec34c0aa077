"""What nisa.set_rng_seed refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.set_rng_seed, src_seeds=sbuf(1, 1, nl.uint32))
refuse("partition-step", src_seeds=Code("sbuf(4, 1, nl.uint32)[::2]"))
case = refuse.text
