"""What nl.while_loop refuses."""
import nki.language as nl

from tests.golden.refusals import Code, Refusals

refuse = Refusals(nl.while_loop, init=Code("nisa.register_alloc(0)"), body_fun=Code("lambda register: register"))
refuse("must return a register", body_fun=Code("lambda register: 1"))
refuse("register", init=0.5)
case = refuse.text
