"""Where tiles are in PSUM. See nki/_beta1/compiler.py."""

from nki._beta1.compiler import PsumPlaces as _places

alloc, mod_alloc, auto_alloc = _places.alloc, _places.mod_alloc, _places.auto_alloc
