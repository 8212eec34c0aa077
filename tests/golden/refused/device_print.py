"""What nl.device_print refuses."""
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nl.device_print, print_prefix="x", tensor=sbuf(4, 8))
refuse.none("wrong dtype", "it prints all")
refuse.none("illegal start partition", "it may start at any")
refuse.none("mismatched shapes", "it has one operand")
case = refuse.text


# ---- expected ----
# wrong space:
#   tensor=psum(4, 8)
#     device_print: tensor is in psum; it must be in SBUF or HBM; copy it to SBUF first with nisa.tensor_copy [space]
# too many partitions:
#   tensor=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# unknown keyword:
#   colour=1
#     TypeError: device_print() got an unexpected keyword argument 'colour'
# missing operand:
#   print_prefix=(left out)
#     TypeError: device_print() missing 1 required positional argument: 'print_prefix'
#   tensor=(left out)
#     TypeError: device_print() missing 1 required positional argument: 'tensor'
# wrong dtype: none, it prints all
# illegal start partition: none, it may start at any
# mismatched shapes: none, it has one operand
