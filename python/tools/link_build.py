"""Makes .venv use a build folder: `import nki` and .venv/bin/nki-py then run what was built there.

    .venv/bin/python python/tools/link_build.py build/release
"""
import pathlib
import sys
import sysconfig

SOURCES = pathlib.Path(__file__).parents[1]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    path_file = pathlib.Path(sysconfig.get_path("purelib")) / "nki-py-dev.pth"
    lines = f"{build / 'python'}\n" + (SOURCES / "nki-standins.pth").read_text()
    if not path_file.exists() or path_file.read_text() != lines:
        path_file.write_text(lines)
    link, program = pathlib.Path(sysconfig.get_path("scripts")) / "nki-py", build / "bin" / "nki-py"
    if not link.is_symlink() or link.readlink() != program:
        link.unlink(missing_ok=True)
        link.symlink_to(program)


if __name__ == "__main__":
    main()
