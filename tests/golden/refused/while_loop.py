"""What nl.while_loop refuses."""
import nki.language as nl

from tests.golden.refusals import Code, Refusals

refuse = Refusals(nl.while_loop, init=Code("nisa.register_alloc(0)"), body_fun=Code("lambda register: register"))
refuse("must return a register", body_fun=Code("lambda register: 1"))
refuse("register", init=0.5)
case = refuse.text


# ---- expected ----
# unknown keyword:
#   colour=1
#     TypeError: while_loop() got an unexpected keyword argument 'colour'
# missing operand:
#   init=(left out)
#     TypeError: while_loop() missing 1 required positional argument: 'init'
#   body_fun=(left out)
#     TypeError: while_loop() missing 1 required positional argument: 'body_fun'
# rules:
#   body_fun=lambda register: 1
#     TypeError: while_loop: body_fun must return a register, the next condition; it returned 1
#   init=0.5
#     TypeError: while_loop: init must be a register, the first condition; got 0.5
