"""`python -m nki ARGUMENTS` is `nki-py ARGUMENTS`: the program takes over this process, so that there is one parser."""
import os
import pathlib
import shutil
import sys


def find_program():
    """The nki-py of this package: that of the build folder that holds us, or beside the interpreter, or on PATH."""
    built = pathlib.Path(__file__).absolute().parents[2] / "bin" / "nki-py"
    beside = pathlib.Path(sys.executable).parent / "nki-py"
    if built.exists() and not (beside.exists() and beside.samefile(built)):  # a link beside us says which environment
        return str(built)
    return str(beside) if beside.exists() else shutil.which("nki-py")


def main():
    program = find_program()
    if program is None:
        sys.exit(f"nki: the program nki-py was found neither beside {sys.executable} nor on PATH; install nki-py again")
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    main()
