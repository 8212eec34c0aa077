"""What nisa.nc_match_replace8 refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.nc_match_replace8,
    dst=sbuf(4, 32),
    data=sbuf(4, 32),
    vals=sbuf(4, 8),
    imm=0.0,
    dst_idx=sbuf(4, 8, nl.uint32),
)
refuse("free-between", dst=sbuf(4, 7), data=sbuf(4, 7))
refuse("rank-at-most", data=sbuf(4, 2, 2, 8))
refuse("constant", imm=sbuf(4, 1))
case = refuse.text
