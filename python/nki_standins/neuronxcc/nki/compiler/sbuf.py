"""Where tiles are in SBUF. See nki/_beta1/compiler.py."""

from nki._beta1.compiler import SbufPlaces as _places

alloc, mod_alloc, auto_alloc = _places.alloc, _places.mod_alloc, _places.auto_alloc
