"""nki-py's own options, through the program itself and through each door."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

NKI_PY = os.environ.get("NKI_PY") or str(pathlib.Path(sys.executable).parent / "nki-py")
KERNEL = """
import sys
import numpy as np
import nki
import nki.isa as nisa
import nki.language as nl

@nki.jit
def double(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    nisa.tensor_tensor(dst=tile, data1=tile, data2=tile, op=nl.add)
    nisa.dma_copy(dst=result, src=tile)
    return result

x = np.ones((4, 8), np.float32)
"""
DOORS = {
    "numpy": KERNEL + "print(double(x).sum(), double(x).sum())",
    "torch": KERNEL + "import torch\nt = torch.from_numpy(x)\nprint(double(t).sum().item(), double(t).sum().item())",
    "torch_compiled": KERNEL + "import torch\nt = torch.from_numpy(x)\n"
    "f = torch.compile(lambda t: double(t), backend='eager')\nprint(f(t).sum().item(), f(t).sum().item())",
    "jax": KERNEL + "import jax\nj = jax.numpy.asarray(x)\nprint(double(j).sum(), double(j).sum())",
    "jax_jit": KERNEL + "import jax\nf = jax.jit(double)\nprint(f(x).sum(), f(x).sum())",
}
SIMULATED = {
    "nki.simulate": (KERNEL + "s = nki.simulate(double)\nprint(s(x).sum(), s(x).sum())", {}),
    "NKI_SIMULATOR": (DOORS["numpy"], {"NKI_SIMULATOR": "1"}),
}
LOG = re.compile(r"nki double (\d+) (\w+) (\w+) .* @ .*script\.py:(\d+)")


@pytest.fixture
def run(tmp_path):
    def launch(*options, script=DOORS["numpy"], program=(NKI_PY,), **environment):
        path = tmp_path / "script.py"
        path.write_text(script, encoding="utf-8")
        variables = {**os.environ, "JAX_PLATFORMS": "cpu", **environment}
        command = [*program, *map(str, options), str(path)]
        quiet = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
        return subprocess.run(command, timeout=300, env=variables, **quiet)

    return launch


def assert_ran(done, result="64.0 64.0"):
    assert (done.returncode, done.stdout.strip()) == (0, result), done.stderr


@pytest.mark.parametrize("door", DOORS)
def test_all_options_at_once(run, tmp_path, door):
    graph, log = tmp_path / "graph.txt", tmp_path / "log.txt"
    done = run(f"--graph={graph}", f"--log={log}", "--stats", "--target", "trn2", script=DOORS[door])
    assert_ran(done)
    assert graph.read_text(encoding="utf-8").startswith("kernel double on trn2\ninput x: float32[4, 8] shared_hbm\n")
    assert graph.read_text(encoding="utf-8").count("kernel double") == 1
    steps = [LOG.fullmatch(line).groups() for line in log.read_text(encoding="utf-8").splitlines()]
    once = [("0", "dma", "dma_copy", "12"), ("1", "vector", "tensor_tensor", "13"), ("2", "dma", "dma_copy", "14")]
    assert steps == once * 2
    assert re.search(r"^double +2 +6 ", done.stderr, re.MULTILINE)


@pytest.mark.parametrize("way", SIMULATED)
def test_runs_of_the_simulator_are_seen_too(run, tmp_path, way):
    log = tmp_path / "log.txt"
    script, environment = SIMULATED[way]
    done = run(f"--log={log}", "--stats", script=script, **environment)
    assert_ran(done)
    steps = [LOG.fullmatch(line).groups() for line in log.read_text(encoding="utf-8").splitlines()]
    assert (
        steps
        == [("0", "dma", "dma_copy", "12"), ("1", "vector", "tensor_tensor", "13"), ("2", "dma", "dma_copy", "14")] * 2
    )
    assert re.search(r"^double +2 +6 ", done.stderr, re.MULTILINE)
    done = run("--check", f"--log={log}", script=script, **environment)
    assert_ran(done, "0.0 0.0")
    assert log.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("door", DOORS)
def test_check_runs_nothing(run, tmp_path, door):
    log = tmp_path / "log.txt"
    done = run("--check", f"--log={log}", script=DOORS[door])
    assert_ran(done, "0.0 0.0")
    assert log.read_text(encoding="utf-8") == ""


def test_check_finds_mistakes(run):
    done = run("--check", script=DOORS["numpy"].replace("nisa.dma_copy(dst=tile, src=x)", "pass"))
    assert done.returncode == 1 and "uninitialised-read" in done.stderr and "script.py:13: error" in done.stderr


def test_graph_and_log_on_standard_error(run):
    done = run("--graph", "--log")
    assert_ran(done)
    assert done.stderr.startswith("kernel double on trn1\n")
    assert sum(1 for line in done.stderr.splitlines() if LOG.fullmatch(line)) == 6


def test_files_of_an_earlier_run_are_replaced(run, tmp_path):
    graph, log = tmp_path / "graph.txt", tmp_path / "log.txt"
    sizes = []
    for _ in range(2):
        assert_ran(run(f"--graph={graph}", f"--log={log}"))
        sizes.append((graph.stat().st_size, log.stat().st_size))
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("option", ["--graph", "--log"])
@pytest.mark.parametrize("program", [(NKI_PY,), (sys.executable, "-m", "nki")], ids=["nki-py", "python -m nki"])
def test_file_that_cannot_be_written(run, tmp_path, option, program):
    done = run(f"{option}={tmp_path}/none/file", program=program)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"nki-py: {option}: {tmp_path}/none/file can't be written: No such file or directory\n"


def test_python_dash_m_is_the_same(run):
    theirs = run("--graph", "--target=trn3", program=(sys.executable, "-m", "nki"))
    assert_ran(theirs)
    assert theirs.stderr == run("--graph", "--target=trn3").stderr
    assert theirs.stderr.startswith("kernel double on trn3\n")


def target_used(done):
    return re.match(r"kernel double on (\w+)", done.stderr).group(1)


def test_target_argument_then_environment_then_option_then_default(run):
    decorated = DOORS["numpy"].replace("@nki.jit", '@nki.jit(platform_target="trn1")')
    variable = {"NEURON_PLATFORM_TARGET_OVERRIDE": "trn3"}
    assert target_used(run("--graph", "--target=trn2", script=decorated, **variable)) == "trn1"
    assert target_used(run("--graph", "--target=trn2", **variable)) == "trn3"
    assert target_used(run("--graph", "--target=trn2")) == "trn2"
    assert target_used(run("--graph", "--target=gen4")) == "trn3"
    assert target_used(run("--graph")) == "trn1"


def test_unknown_target(run):
    done = run("--target=trn9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("nki-py: target 'trn9' is not known; there are trn1, trn2, trn3")


def test_unknown_target_in_the_environment(run):
    done = run(NEURON_PLATFORM_TARGET_OVERRIDE="trn9")
    assert done.returncode == 1 and "ValueError: target 'trn9' is not known" in done.stderr


def test_stats_without_kernels(run):
    done = run("--stats", script="print(1)")
    assert_ran(done, "1")
    assert done.stderr.split()[:2] == ["kernel", "calls"]


PIPED = (
    KERNEL
    + """
import fcntl, os, threading, time
end, saved = os.pipe(), os.dup(2)
fcntl.fcntl(end[0], fcntl.F_SETPIPE_SZ, 4096)  # which the log fills
os.dup2(end[1], 2)
lines = []

def drain():
    text = b""
    while not text.endswith(b"end"):
        text += os.read(end[0], 1 << 10)
        time.sleep(0.001)
    lines.extend(text.splitlines())

def work():
    for _ in range(500):
        double(x)

threads = [threading.Thread(target=drain), threading.Thread(target=work)]
for thread in threads:
    thread.start()
large = nki.jit(lambda x: nl.zeros(x.shape, x.dtype, buffer=nl.shared_hbm))
for _ in range(20):
    time.sleep(0.002)
    large(np.ones((2048, 1024), np.float32))  # frees a result that is kept for the next one
    if os.fork() == 0:
        os._exit(0)
threads[1].join()
os.write(2, b"end")
threads[0].join()
os.dup2(saved, 2)
print(sum(line.startswith(b"nki double ") for line in lines))
"""
)


def test_the_log_can_be_a_pipe_that_this_process_reads(run):
    assert_ran(run("--log", script=PIPED), "1500")
