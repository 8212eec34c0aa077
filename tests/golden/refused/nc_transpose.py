"""What nisa.nc_transpose refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.nc_transpose, dst=psum(8, 4), data=sbuf(4, 8))
refuse("free-at-most", dst=psum(128, 4), data=sbuf(4, 129))
refuse("free-at-most", dst=sbuf(33, 4), data=sbuf(4, 33), engine=nisa.engine.vector)
refuse("partitions-at-most", dst=sbuf(4, 33), data=sbuf(33, 4), engine=nisa.engine.vector)
refuse("engine", dst=sbuf(33, 4), data=sbuf(4, 33))
refuse("engine", engine=nisa.engine.scalar)
case = refuse.text
