"""NKIObject: the class from which the classes of kernels' arguments may be derived."""


class NKIObject:
    """Base of classes whose instances are passed to kernels; keyword arguments become attributes.

    Source: nki.language.NKIObject, NKI 0.6.
    """

    def __init__(self, **kwargs):
        self.__dict__.update(kwargs)

    def __init_subclass__(cls, **kwargs):
        """Makes attributes without an annotation fields too when the class becomes a dataclass, as NKI does."""
        super().__init_subclass__(**kwargs)
        annotations = cls.__dict__.get("__annotations__", {})
        for name, value in list(vars(cls).items()):
            plain = value is None or isinstance(value, bool | int | float | str | tuple)
            if plain and not name.startswith("__") and name not in annotations:
                annotations[name] = object
        cls.__annotations__ = annotations
