"""What nisa.nc_stream_shuffle refuses."""
import nki.isa as nisa

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.nc_stream_shuffle, dst=sbuf(32, 8), src=sbuf(32, 8), shuffle_mask=[0] * 32)
refuse("shuffle-start", dst=sbuf(40, 8), src=Code("sbuf(64, 8)[32:]"))
refuse("shuffle-mask", shuffle_mask=[0] * 31)
refuse("shuffle-mask", shuffle_mask=[0] * 31 + [32])
refuse("shuffle-source", src=sbuf(4, 8), shuffle_mask=[4] * 32)
case = refuse.text
