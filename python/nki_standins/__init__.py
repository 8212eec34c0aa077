"""Stand-ins for packages that scripts with NKI kernels import, where no real package of that name is installed."""

import importlib.util
import pathlib
import sys

_FOLDER = pathlib.Path(__file__).parent
_PACKAGES = ("neuronxcc", "torch_xla")


class _StandInFinder:
    """Asked last by the import system, so that an installed package always wins."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _PACKAGES or not (_FOLDER / name / "__init__.py").is_file():
            return None
        folder = _FOLDER / name
        return importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )


def install():
    """Makes the stand-ins importable; imports nothing."""
    if _StandInFinder not in sys.meta_path:
        sys.meta_path.append(_StandInFinder)
