"""What nisa.core_barrier refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, hbm

refuse = Refusals(nisa.core_barrier, on_cores=2, data=hbm(4, 8), cores=(0, 1))
refuse("cores", cores=(0, 2))
refuse("lnc2", target="trn1")
refuse.none("wrong dtype", "its data are not looked at")
refuse.none("mismatched shapes", "its data are not looked at")
case = refuse.text
