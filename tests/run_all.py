"""Runs every test there is and ends with one line, "N passed, N failed", summed over all runners.

    .venv/bin/python tests/run_all.py --build build/release [--jobs N] [--sanitizer]

The runners: ctest (googletest), pytest, and the acceptance document where shared/ lies beside the project.
With --sanitizer: ctest, and pytest without the tests that load torch or jax or run other programs, with the
sanitizer's run-time library.
The status is 1 if a test failed, or if a runner found no test at all.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENT = ROOT.parent / "shared" / "acceptance" / "run_document.py"
# Leaks are CPython's. A forked process that makes threads of its own is what a test of ours is about.
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": f"die_after_fork=0:suppressions={ROOT / 'tests' / 'tsan.supp'}",
    # The libraries of NumPy and torch are not built for ThreadSanitizer, which takes their threads for races.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
CLOSING_LINE = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)


def count_xml(reports, status):
    """(passed, failed) of JUnit reports. A runner that failed without saying which test counts as one failure."""
    passed = failed = 0
    for report in reports:
        for case in xml.etree.ElementTree.parse(report).iter("testcase"):
            is_skipped = case.find("skipped") is not None or case.get("status") == "notrun"
            is_failed = case.find("failure") is not None or case.find("error") is not None
            failed += is_failed
            passed += not (is_failed or is_skipped)
    if failed == 0 and (status != 0 or passed == 0):
        failed = 1
    return passed, failed


def run(title, command, environment):
    print(f"== {title}: {' '.join(map(str, command))}", flush=True)
    return subprocess.run(list(map(str, command)), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode


def run_ctest(build, jobs, environment):
    for old in build.glob("nki_tests_*.xml"):
        old.unlink()
    ctest = pathlib.Path(sys.executable).parent / "ctest"
    command = [ctest, "--test-dir", build, "-j", jobs, "--output-on-failure", "--no-tests=error"]
    status = run("C++", command, environment)
    return count_xml(build.glob("nki_tests_*.xml"), status)


def run_pytest(build, jobs, environment, more):
    report = build / "pytest.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-n", jobs, f"--junitxml={report}", *more]
    status = run("Python", command, environment)
    return count_xml([report] if report.exists() else [], status)


def run_document(nki_py, environment):
    print(f"== document: {DOCUMENT.name}", flush=True)
    done = subprocess.run([sys.executable, DOCUMENT, "--nki-py", nki_py], cwd=ROOT, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    said = CLOSING_LINE.findall(done.stdout)
    passed, failed = map(int, said[-1]) if said else (0, 0)
    if failed == 0 and (done.returncode != 0 or passed == 0):
        failed = 1
    return passed, failed


def sanitizer_environment(build):
    """For a Python built without the sanitizer, whose library must then be loaded first."""
    name = "tsan" if "tsan" in build.name else "asan"
    libraries = [subprocess.check_output(["g++", f"-print-file-name=lib{library}.so"], text=True).strip()
                 for library in (name, "stdc++")]
    return dict(os.environ, LD_PRELOAD=" ".join(libraries), PYTHONPATH=str(build / "python"), PYTHONMALLOC="malloc",
                NKI_PY=str(build / "bin" / "nki-py"), **SANITIZER_OPTIONS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--sanitizer", action="store_true", help="the tests that suit a build with sanitizers")
    options = parser.parse_args()
    build = options.build.resolve()
    nki_py = pathlib.Path(sys.executable).parent / "nki-py"
    results = {"C++": run_ctest(build, options.jobs, dict(os.environ, **SANITIZER_OPTIONS))}
    if options.sanitizer:
        without = ["-k", "not torch and not jax"]
        without += [f"--ignore-glob={name}" for name in ("*torch*", "*jax*", "*style_test.py", "*examples_test.py")]
        results["Python"] = run_pytest(build, options.jobs, sanitizer_environment(build), without)
    else:
        results["Python"] = run_pytest(build, options.jobs, dict(os.environ, NKI_PY=str(nki_py)), [])
        if DOCUMENT.exists():
            results["document"] = run_document(nki_py, dict(os.environ))
    print()
    for title, (passed, failed) in results.items():
        print(f"{title}: {passed} passed, {failed} failed")
    passed, failed = (sum(column) for column in zip(*results.values(), strict=True))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
