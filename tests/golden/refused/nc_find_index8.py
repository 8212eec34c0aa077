"""What nisa.nc_find_index8 refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.nc_find_index8, dst=sbuf(4, 8, nl.uint32), data=sbuf(4, 32), vals=sbuf(4, 8))
refuse("free-between", data=sbuf(4, 7))
refuse("rank-at-most", data=sbuf(4, 2, 2, 8))
case = refuse.text
