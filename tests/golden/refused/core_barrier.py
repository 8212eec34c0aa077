"""What nisa.core_barrier refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, hbm

refuse = Refusals(nisa.core_barrier, on_cores=2, data=hbm(4, 8), cores=(0, 1))
refuse("cores", cores=(0, 2))
refuse("lnc2", target="trn1")
refuse.none("wrong dtype", "its data are not looked at")
refuse.none("mismatched shapes", "its data are not looked at")
case = refuse.text


# ---- expected ----
# wrong space:
#   data=sbuf(4, 8)
#     core_barrier: data is in sbuf; it must be in HBM (and 1 more like it at this line) [space]
#     the cores meet about different tensors, sbuf.0 and sbuf.1: core 0 is in core_barrier at refusals.py:196, core 1 in core_barrier at refusals.py:196 [core-meeting]
#   data=psum(4, 8)
#     core_barrier: data is in psum; it must be in HBM (and 1 more like it at this line) [space]
#     the cores meet about different tensors, psum.0 and psum.1: core 0 is in core_barrier at refusals.py:196, core 1 in core_barrier at refusals.py:196 [core-meeting]
# unknown keyword:
#   colour=1
#     TypeError: core_barrier: no argument is called 'colour'; there are data, cores, engine, name
# missing operand:
#   data=(left out)
#     TypeError: core_barrier: data is required and missing
#   cores=(left out)
#     TypeError: core_barrier: cores is required and missing
# rules:
#   cores=(0, 2)
#     core_barrier: cores is (0, 2); only (0, 1) is supported (and 1 more like it at this line) [cores]
#   the legal call on trn1
#     core_barrier: trn1 does not have two cores that meet (LNC2); targets that have it: trn2, trn3 (and 1 more like it at this line) [lnc2]
# wrong dtype: none, its data are not looked at
# mismatched shapes: none, its data are not looked at
