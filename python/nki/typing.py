"""Names for annotating kernel parameters; without effect. Source: nki.typing, NKI 0.6."""


class _Annotation:
    """`tensor` and `tensor[128, 512]` both stand for a tensor."""

    def __init__(self, name):
        self._name = name

    def __getitem__(self, shape):
        return self

    def __repr__(self):
        return f"nki.typing.{self._name}"


tensor = _Annotation("tensor")
mutable_tensor = _Annotation("mutable_tensor")
