"""What nisa.nc_n_gather refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.nc_n_gather, dst=sbuf(4, 8), data=sbuf(4, 16), indices=sbuf(4, 8, nl.uint32))
case = refuse.text
