"""What nl.device_print refuses."""
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nl.device_print, print_prefix="x", tensor=sbuf(4, 8))
refuse.none("wrong dtype", "it prints all")
refuse.none("illegal start partition", "it may start at any")
refuse.none("mismatched shapes", "it has one operand")
case = refuse.text
