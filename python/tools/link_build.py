"""Makes .venv use a build folder: `import nki` and .venv/bin/nki-py then run what was built there.

    .venv/bin/python python/tools/link_build.py build/release
"""
import pathlib
import sys
import sysconfig


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    path_file = pathlib.Path(sysconfig.get_path("purelib")) / "nki-py-dev.pth"
    line = f"{build / 'python'}\n"
    if not path_file.exists() or path_file.read_text() != line:
        path_file.write_text(line)
    link, program = pathlib.Path(sysconfig.get_path("scripts")) / "nki-py", build / "bin" / "nki-py"
    if not link.is_symlink() or link.readlink() != program:
        link.unlink(missing_ok=True)
        link.symlink_to(program)


if __name__ == "__main__":
    main()
