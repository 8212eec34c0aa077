"""`python -m nki ARGUMENTS` is `nki-py ARGUMENTS`: the program takes over this process, so that there is one parser."""
import os
import pathlib
import shutil
import sys


def find_program():
    """The nki-py of this installation: beside the interpreter, in the build folder that holds this file, or on PATH."""
    places = [
        pathlib.Path(sys.executable).parent / "nki-py",
        pathlib.Path(__file__).absolute().parents[2] / "bin" / "nki-py",
    ]
    return next((str(place) for place in places if os.access(place, os.X_OK)), None) or shutil.which("nki-py")


def main():
    program = find_program()
    if program is None:
        sys.exit(f"nki: the program nki-py was found neither beside {sys.executable} nor on PATH; install nki-py again")
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    main()
