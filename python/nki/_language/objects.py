"""NKIObject: the class from which the classes of kernels' arguments may be derived."""

import dataclasses


def _fields(cls):
    """Names of the fields of a class and its bases, in order."""
    bases = [base for base in reversed(cls.__mro__) if issubclass(base, NKIObject)]
    return list(dict.fromkeys(name for base in bases for name in base.__dict__.get("__annotations__", ())))


class NKIObject:
    """Base of classes whose instances are passed to kernels.

    A subclass without an `__init__` gets that of a data class, decorated or not: its attributes are the fields, in
    order; one without a value is None unless it is given; `__post_init__` is called at the end. NKIObject itself and
    subclasses without fields take any keyword arguments and make them attributes.

    Errors: TypeError for too many arguments, or for a keyword that is no field.
    Source: nki.language.NKIObject, NKI 0.6; "Class Support" of the NKI language guide.
    """

    def __init__(self, *args, **kwargs):
        names = _fields(type(self))
        kind = type(self).__name__
        if len(args) > len(names):
            raise TypeError(f"{kind}() has {len(names)} fields, got {len(args)} positional arguments")
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name in given:
                raise TypeError(f"{kind}() got two values for {name!r}")
            if names and name not in names:
                raise TypeError(f"{kind}() has no field {name!r}; its fields are {', '.join(names)}")
            given[name] = value
        for name in names:
            given.setdefault(name, getattr(type(self), name))
        for name, value in given.items():
            setattr(self, name, value)
        self.__post_init__()

    def __post_init__(self):
        """Called when every field is set; does nothing."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        annotations = dict(cls.__dict__.get("__annotations__", {}))
        for name, value in list(vars(cls).items()):
            plain = value is None or isinstance(value, bool | int | float | str | tuple)
            if plain and not name.startswith("__"):
                annotations.setdefault(name, object)
        for name, kind in annotations.items():
            if not hasattr(cls, name) and kind is not dataclasses.KW_ONLY:
                setattr(cls, name, None)
        cls.__annotations__ = annotations
