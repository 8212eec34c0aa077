"""nki-py behaves as `python` does; wherever the two can be compared, `python` is the oracle."""
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

NKI_PY = os.environ.get("NKI_PY") or str(pathlib.Path(sys.executable).parent / "nki-py")


def run(*arguments, program=NKI_PY, **more):
    if "input" not in more:
        more["stdin"] = subprocess.DEVNULL
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120, **more)


def assert_as_python(*arguments, **more):
    """Runs `arguments` under both; asserts that output, errors and status agree, and returns what nki-py gave."""
    ours, theirs = run(*arguments, **more), run(*arguments, program=sys.executable, **more)
    assert (ours.stdout, ours.stderr, ours.returncode) == (theirs.stdout, theirs.stderr, theirs.returncode)
    return ours


@pytest.fixture
def script(tmp_path):
    def write(text, name="script.py"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path
    return write


SHOW = "import sys\nprint(sys.argv, __name__, repr(sys.path[0]), sys.executable, sys.prefix, __builtins__.__name__)\n"


def test_script_sees_what_python_shows_it(script):
    path = script(SHOW + "print(__file__, __doc__, __package__, __spec__)")
    done = assert_as_python(path, "a", "--graph", "-c", "b c", "")
    assert "'--graph', '-c', 'b c', ''" in done.stdout
    assert repr(str(path.parent)) in done.stdout


def test_relative_script(script):
    path = script(SHOW)
    assert_as_python(path.name, cwd=path.parent)


def test_arguments_and_paths_beyond_ascii(script):
    done = assert_as_python(script("import sys; print(ascii(sys.argv))", "grüße ☃.py"), "é", "日本", "\udcff")
    assert r"\xe9" in done.stdout and r"\udcff" in done.stdout


def test_code(tmp_path):
    done = assert_as_python("-c", SHOW, "-x", "y", cwd=tmp_path)
    assert done.stdout.startswith("['-c', '-x', 'y'] __main__ ''")


def test_code_behind_bundled_options():
    assert run("-Bc", "import sys; print(sys.dont_write_bytecode)").stdout == "True\n"


def test_module(script):
    path = script(SHOW, "some_module.py")
    done = assert_as_python("-m", "some_module", "a", cwd=path.parent)
    assert "'a'] __main__" in done.stdout
    assert_as_python("-m", "no_such_module")


def test_standard_input():
    done = assert_as_python("-", "a", input=SHOW)
    assert done.stdout.startswith("['-', 'a'] __main__")


def test_neighbours_of_the_script_are_importable(script):
    script("value = 42", "neighbour.py")
    assert run(script("import neighbour; print(neighbour.value)")).stdout == "42\n"


def test_main_functions_can_be_pickled(script):
    assert_as_python(script("import pickle\ndef f(): return 7\nprint(pickle.loads(pickle.dumps(f))())"))


@pytest.mark.parametrize(("code", "status"), [
    ("import sys; sys.exit(3)", 3),
    ("import sys; sys.exit()", 0),
    ("raise SystemExit('text')", 1),
    ("import os; os._exit(5)", 5),
    ("1 / 0", 1),
    ("this is no python", 1),
])
def test_exit_status(script, code, status):
    assert assert_as_python(script(code)).returncode == status


def test_traceback_names_file_line_and_text(script):
    path = script("def f():\n    raise ValueError('wrong')\n\nf()\n")
    done = assert_as_python(path)
    assert f'File "{path}", line 2, in f' in done.stderr
    assert "raise ValueError('wrong')" in done.stderr and done.stderr.endswith("ValueError: wrong\n")


def test_exit_handlers_run_and_output_is_flushed(script):
    done = assert_as_python(script("import atexit\natexit.register(print, 'bye')\nprint('hello', end='')"))
    assert done.stdout == "hellobye\n"


def test_missing_script():
    done = assert_as_python("no_such_script.py")
    assert done.returncode == 2 and "can't open file" in done.stderr


def test_folder_with_main(script):
    assert_as_python(script(SHOW, "__main__.py").parent)


def test_interrupt_ends_as_python_ends(script):
    done = assert_as_python(script(
        "import os, signal, threading, time\n"
        "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "time.sleep(100)\n"))
    assert done.returncode == -signal.SIGINT and done.stderr.endswith("KeyboardInterrupt\n")


def test_interrupt_is_130_for_a_shell(script):
    path = script("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    done = subprocess.run(["sh", "-c", f"'{NKI_PY}' '{path}'; echo $?"], capture_output=True, text=True, timeout=60)
    assert done.stdout == "130\n"


def test_interrupt_can_be_caught(script):
    assert_as_python(script("import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    "
                            "import time; time.sleep(5)\nexcept KeyboardInterrupt:\n    print('caught')"))


def test_environment_is_that_of_the_interpreter():
    code = "import sys; print(sys.executable, sys.prefix, sys.base_prefix, sys.exec_prefix, sys._base_executable)"
    assert_as_python("-c", code)


def test_environment_is_the_one_that_holds_the_link(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "other"], check=True, timeout=120)
    link = tmp_path / "other" / "bin" / "nki-py"
    link.symlink_to(NKI_PY)
    code = "import sys; print(sys.prefix)"
    in_other = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(os.path.isdir, sys.path)))
    assert run("-c", code, program=str(link), env=in_other).stdout.strip() == str(tmp_path / "other")
    on_path = dict(in_other, PATH=f"{link.parent}:{os.environ['PATH']}")
    assert run("-c", code, program="nki-py", env=on_path).stdout.strip() == str(tmp_path / "other")


def test_children_of_sys_executable(script):
    done = assert_as_python(script("import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(6 * 7)'])"))
    assert done.stdout == "42\n"


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_multiprocessing(script, method):
    done = assert_as_python(script(
        "import multiprocessing\n"
        "def square(x):\n    return x * x\n"
        "if __name__ == '__main__':\n"
        f"    with multiprocessing.get_context('{method}').Pool(2) as pool:\n"
        "        print(pool.map(square, range(4)))\n"))
    assert done.stdout == "[0, 1, 4, 9]\n"


def test_options_of_python_are_passed_on():
    code = "import sys; f = sys.flags; print(f.optimize, f.dont_write_bytecode, sys._xoptions, sys.warnoptions, f)"
    done = assert_as_python("-OO", "-B", "-s", "-X", "myopt=1", "-Wignore", "-W", "error::UserWarning", "-c", code)
    assert done.stdout.startswith("2 1 {'myopt': '1'}")


def test_isolated_mode_finds_nki():
    assert run("-I", "-c", "import nki, sys; print(sys.flags.isolated)").stdout == "1\n"


def test_own_options_end_where_the_script_begins(script):
    done = run("--target", "trn2", "-u", "--stats", script("import sys; print(sys.argv[1:])"), "--target", "--check")
    assert done.stdout == "['--target', '--check']\n" and done.returncode == 0


def with_package(folder, launch):
    """An environment in which `nki` is a package whose _launch.py is `launch`."""
    (folder / "nki").mkdir()
    (folder / "nki" / "__init__.py").touch()
    (folder / "nki" / "_launch.py").write_text(launch)
    return dict(os.environ, PYTHONPATH=str(folder))


NOTHING = {"target": None, "graph": None, "check": False, "log": None, "stats": False}


@pytest.mark.parametrize(("options", "told"), [
    ([], {}),
    (["--target", "trn2"], {"target": "trn2"}),
    (["--target=trn3", "--check", "--stats"], {"target": "trn3", "check": True, "stats": True}),
    (["--graph", "--log"], {"graph": "-", "log": "-"}),
    (["--graph=a b.txt", "--log=é"], {"graph": "a b.txt", "log": "é"}),
])
def test_options_reach_the_package_before_the_script_runs(tmp_path, options, told):
    environment = with_package(tmp_path, "def configure(**told): print(told, flush=True)")
    done = run(*options, "-c", "print('script')", env=environment)
    assert done.stdout == f"{NOTHING | told}\nscript\n", done.stderr


def test_package_that_cannot_be_imported_is_named(tmp_path):
    done = run("-c", "print('ran')", env=with_package(tmp_path, "raise ImportError('no such luck')"))
    assert done.returncode == 1 and done.stdout == ""
    assert "nki cannot be imported by" in done.stderr and done.stderr.endswith("ImportError: no such luck\n")


@pytest.mark.parametrize(("error", "status"), [("ValueError('no such thing')", 2), ("OSError('disk full')", 1)])
def test_refused_options(tmp_path, error, status):
    done = run("--stats", "-c", "print('ran')", env=with_package(tmp_path, f"def configure(**told): raise {error}"))
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr == "nki-py: no such thing\n" if status == 2 else "OSError: disk full" in done.stderr


@pytest.mark.parametrize(("arguments", "words"), [
    (["--no-such-option", "x.py"], "--no-such-option"),
    (["--target"], "--target"),
    (["--check=yes", "x.py"], "--check"),
    (["-Z", "x.py"], "Z"),
    (["--target", "trn99", "-c", "print('ran')"], "trn99"),
    (["--target=trn99", "-c", "print('ran')"], "trn99"),
    ([], "usage: nki-py"),
])
def test_wrong_command_line(arguments, words):
    done = run(*arguments)
    assert done.returncode == 2 and words in done.stderr and done.stdout == "" and "Traceback" not in done.stderr


def test_version_and_help():
    assert re.fullmatch(r"nki-py \d+\.\d+\.\d+ \(NKI \d+\.\d+, Python %d\.%d\.\S+\)\n" % sys.version_info[:2],
                        run("--version").stdout)
    done = run("--help")
    assert done.returncode == 0
    for option in ("--target", "--check", "--graph", "--log", "--stats", "--version", "--help"):
        assert option in done.stdout


def test_python_m_nki_is_nki_py():
    for arguments in (["--version"], ["-c", SHOW, "a"], ["--no-such-option"]):
        ours, module = run(*arguments), run("-m", "nki", *arguments, program=sys.executable)
        assert (module.stdout, module.stderr, module.returncode) == (ours.stdout, ours.stderr, ours.returncode)
