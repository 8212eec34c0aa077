"""What nisa.iota refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.iota, dst=sbuf(4, 8, nl.int32), pattern=[[1, 8]])
refuse("int32", offset=1 << 31)
refuse("pattern-rank", pattern=[[1, 1], [1, 2], [1, 2], [1, 2], [1, 1]])
refuse("pattern-elements", pattern=[[1, 7]])
case = refuse.text
