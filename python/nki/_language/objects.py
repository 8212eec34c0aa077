"""NKIObject: the class from which the classes of kernels' arguments may be derived."""


class NKIObject:
    """Base of classes whose instances are passed to kernels; keyword arguments become attributes.

    Source: nki.language.NKIObject, NKI 0.6.
    """

    def __init__(self, **kwargs):
        self.__dict__.update(kwargs)
