"""Calls spelled as in NKI 0.1 to 0.3: they mean what they meant, or say what to write instead."""

import builtins

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.language_calls import returned


def run(body, target="trn2"):
    """What a kernel returns in which `body` has the argument, a tile of it and a new tile."""
    x = np.arange(64 * 32, dtype=np.float32).reshape(64, 32)

    @nki.jit(platform_target=target)
    def kernel(x):
        tile, out = nl.load(x), nl.zeros((64, 32), nl.float32)
        body(x, tile, out)
        return returned(out)

    return x, kernel(x)


@pytest.mark.parametrize(
    "rest",
    [
        (nisa.oob_mode.error,),
        (nisa.oob_mode.skip, nisa.dge_mode.swdge),
        (nisa.oob_mode.error, nisa.dge_mode.hwdge, nisa.engine.sync, "a name"),
        (None, nisa.oob_mode.error, nisa.dge_mode.unknown),  # NKI 0.2, whose third argument was dst_rmw_op; and 0.4
        (None, 0, 2),  # numbers: NKI 0.1 and 0.2
    ],
)
def test_dma_copy(rest):
    x, result = run(lambda x, tile, out: nisa.dma_copy(out, x, *rest))
    np.testing.assert_array_equal(result, x)


def test_dma_copy_takes_the_order_for_what_it_is():
    """hwdge can't convert dtypes: the mode that was given third reaches its field."""

    def body(x, tile, out):
        nisa.dma_copy(nl.ndarray((64, 32), nl.bfloat16), x, nisa.oob_mode.error, nisa.dge_mode.hwdge)

    with pytest.raises(nki.VerifyError, match="hwdge"):
        run(body)


def test_dma_copy_that_adds_names_its_replacement():
    def adds(x, tile, out):
        nisa.dma_copy(out, x, dst_rmw_op=nl.add)

    with pytest.raises(TypeError, match="no argument is called 'dst_rmw_op'; it was removed in NKI 0.3; use nisa"):
        run(adds)
    with pytest.raises(TypeError, match="dma_copy: the third argument is an operator, dst_rmw_op of NKI"):
        run(lambda x, tile, out: nisa.dma_copy(out, x, nl.add))


@pytest.mark.parametrize("rest", [((0, 0), (128, 128)), ([0, 0], [64, 32]), ((), (), nisa.matmul_perf_mode.none)])
def test_nc_matmul_without_accumulate(rest):
    def body(x, tile, out):
        psum = nl.ndarray((32, 32), nl.float32, nl.psum)
        nisa.nc_matmul(psum, tile, tile, False, False, False, *rest)
        nisa.tensor_copy(out[0:32, :], psum)

    x, result = run(body)
    np.testing.assert_allclose(result[:32], x.T.astype(np.float64) @ x, rtol=1e-5)


def test_nc_matmul_of_today_is_left_alone():
    def body(x, tile, out):
        psum = nl.ndarray((32, 32), nl.float32, nl.psum)
        nisa.nc_matmul(psum, tile, tile, False, False, False, False, (0, 0), (64, 32))
        nisa.nc_matmul(psum, tile, tile, False, False, False, True, (0, 0), (64, 32))
        nisa.tensor_copy(out[0:32, :], psum)

    x, result = run(body)
    np.testing.assert_allclose(result[:32], 2 * (x.T.astype(np.float64) @ x), rtol=1e-5)


@pytest.mark.parametrize(
    "keywords, message",
    [
        ({"mask": None}, "no argument is called 'mask'; it was removed in NKI 0.1; use slices of the operands"),
        ({"dtype": nl.float32}, "no argument is called 'dtype'; it was removed in NKI 0.1; the result has the dtype"),
        ({"frobnicate": 1}, "no argument is called 'frobnicate'; there are dst, src, engine, name"),
    ],
)
def test_keywords_that_went_away(keywords, message):
    with pytest.raises(TypeError, match=f"tensor_copy: {message}"):
        run(lambda x, tile, out: nisa.tensor_copy(out, tile, **keywords))


def test_keywords_of_nc_matmul():
    def body(x, tile, out, **keywords):
        psum = nl.ndarray((32, 32), nl.float32, nl.psum)
        nisa.nc_matmul(psum, tile, tile, **keywords)
        nisa.tensor_copy(out[0:32, :], psum)

    x, result = run(lambda *tiles: body(*tiles, is_moving_zero=False))
    np.testing.assert_allclose(result[:32], x.T.astype(np.float64) @ x, rtol=1e-5)
    with pytest.raises(TypeError, match="'psumAccumulateFlag'; it was removed in NKI 0.2; use accumulate"):
        run(lambda *tiles: body(*tiles, psumAccumulateFlag=3))
    with pytest.raises(TypeError, match="nc_matmul: argument 'is_moving_zero' was given twice"):
        run(lambda *tiles: body(*tiles, is_moving_onezero=False, is_moving_zero=False))


@pytest.mark.parametrize("engine", [5, nisa.engine.vector, 3, 0])
def test_members_of_enumerations_by_number(engine):
    x, result = run(lambda x, tile, out: nisa.tensor_copy(out, tile, engine=engine))
    np.testing.assert_array_equal(result, x)


@pytest.mark.parametrize("engine", [7, -1, 10**30, True, 1.0, "vector", None])
def test_numbers_that_are_no_members(engine):
    with pytest.raises(TypeError, match="tensor_copy: engine must be one of nisa.engine.unknown"):
        run(lambda x, tile, out: nisa.tensor_copy(out, tile, engine=engine))


def test_perf_mode_by_name():
    def body(x, tile, out, mode):
        operand = nl.zeros((64, 2, 32), nl.float8_e4m3)
        psum = nl.ndarray((32, 32), nl.float32, nl.psum)
        nisa.nc_matmul(psum, operand, operand, perf_mode=mode)
        nisa.tensor_copy(out[0:32, :], psum)

    for mode in ("double_row", 1, nisa.matmul_perf_mode.double_row):
        assert run(lambda *tiles, mode=mode: body(*tiles, mode))[1].sum() == 0
    with pytest.raises(TypeError, match="nc_matmul: perf_mode must be one of"):
        run(lambda *tiles: body(*tiles, "double_column"))


@pytest.mark.parametrize("name", ["sbuf", "psum", "hbm", "private_hbm", "shared_hbm"])
def test_buffers_by_name(name):
    seen = []

    def body(x, tile, out):
        seen.extend([nl.ndarray((2, 2), nl.float32, buffer=name).buffer, nl.zeros((2, 2), nl.float32, name).buffer])
        assert nl.ndarray((2, 2), nl.float32, None).buffer is nl.sbuf

    run(body)
    assert seen == [getattr(nl, name)] * 2


@pytest.mark.parametrize("name", ["tensor_copy_dynamic_src", "tensor_copy_dynamic_dst"])
def test_instructions_that_went_away(name):
    with pytest.raises(AttributeError, match=f"nki.isa.{name} was removed in NKI 0.4; use nisa.tensor_copy with"):
        getattr(nisa, name)


def test_affine_select_with_the_offset_third():
    results = []
    for arguments, keywords in [
        (([[-1, 32]], 3, 1), {}),
        (([[-1, 32]], 1), {"offset": 3}),
    ]:

        def body(x, tile, out, arguments=arguments, keywords=keywords):
            nisa.affine_select(out, *arguments, tile, -5.0, nl.greater_equal, **keywords)

        x, result = run(body)
        results.append(result)
    rows, columns = np.mgrid[0:64, 0:32]
    np.testing.assert_array_equal(results[0], np.where(rows - columns + 3 >= 0, x, -5))
    np.testing.assert_array_equal(results[0], results[1])


def test_dma_compute_with_the_scales_third():
    for rest in (([1.0, 1.0], nl.add), (None, nl.add), (nl.add, [1.0, 1.0]), (nl.add,)):
        x, result = run(lambda x, tile, out, rest=rest: nisa.dma_compute(out, [x, tile], *rest))
        np.testing.assert_array_equal(result, 2 * x)


def test_dma_transpose_without_priority():
    for rest in (((1, 0), nisa.dge_mode.unknown), ((1, 0), None, nisa.dge_mode.unknown)):
        x, result = run(lambda x, tile, out, rest=rest: nisa.dma_transpose(out[0:32, :], x[0:32], *rest))
        np.testing.assert_array_equal(result[:32], x[:32].T)


def test_register_move_called_its_source_imm():
    def body(x, tile, out):
        register = nisa.register_alloc()
        nisa.register_move(register, imm=3)

    run(body)


def reduced(x, kept, shape):
    @nki.jit
    def kernel(x):
        tile, result = nl.load(x), nl.ndarray((x.shape[0], kept), x.dtype)
        nisa.tensor_reduce(result, nl.maximum, tile.reshape(shape), axis=1)
        return returned(result)

    return kernel(x)


def test_tensor_reduce_took_axis_1_for_the_last():
    x = np.random.default_rng(5).standard_normal((8, 24), np.float32)
    np.testing.assert_array_equal(reduced(x, 4, (8, 4, 6)), x.reshape(8, 4, 6).max(-1))
    np.testing.assert_array_equal(reduced(x, 12, (8, 4, 3, 2)), x.reshape(8, 12, 2).max(-1))
    for kept in (6, 3):  # what reducing axis 1 would leave, which the hardware can't do; and nothing
        with pytest.raises(nki.VerifyError, match="reduce-axis"):
            reduced(x, kept, (8, 4, 6))


STEP, AUTO, ERROR = nisa.reduce_cmd.reset_reduce, nisa.dge_mode.unknown, nisa.oob_mode.error


def squares(x):
    return x.T.astype(np.float64) @ x


def selected(x):
    rows, columns = np.mgrid[0:64, 0:32]
    return np.where(rows - columns + 3 >= 0, x, -5)


def same(x):
    return x


def twice(x):
    return 2 * x


def turned(x):
    return x[:32].T


def plus_one(x):
    return x + 1


def into_psum(instruction):
    def body(x, tile, out, *rest):
        psum = nl.ndarray((32, 32), nl.float32, nl.psum)
        instruction(psum, tile, tile, *rest)
        nisa.tensor_copy(out[0:32, :], psum)

    return body


def reduce_too(x, tile, out, *rest):
    nisa.tensor_scalar_reduce(out, tile, nl.add, 1.0, nl.add, nl.ndarray((64, 1), nl.float32), *rest)


# The places where two releases differ in the order of an instruction's arguments: the release, what is called with
# (argument, tile, result), the arguments after the operands, by position and by keyword, and what the result is.
# Source: the stubs of NKI 0.1 to 0.6.
COPY = lambda x, tile, out, *a, **k: nisa.dma_copy(out, x, *a, **k)  # noqa: E731
SUM = lambda x, tile, out, *a, **k: nisa.dma_compute(out, [x, tile], *a, **k)  # noqa: E731
TURN = lambda x, tile, out, *a, **k: nisa.dma_transpose(out[0:32, :], x[0:32], (1, 0), *a, **k)  # noqa: E731
MATMUL = into_psum(nisa.nc_matmul)
SELECT = lambda x, tile, out, *a, **k: nisa.affine_select(  # noqa: E731
    out, [[-1, 32]], *[tile if value == "tile" else value for value in a], **k
)
ORDERS = [
    ("0.1", COPY, (None, ERROR, AUTO, "name"), {}, same),
    ("0.2", COPY, (None, ERROR, AUTO, True), {}, same),
    ("0.2", COPY, (None, 0, 0, True, "name"), {}, same),
    ("0.3", COPY, (ERROR, AUTO, nisa.engine.unknown, "name"), {}, same),
    ("0.6", COPY, (None, ERROR, AUTO, nisa.engine.unknown, "name"), {}, same),
    ("0.1", TURN, (AUTO, "name"), {}, turned),
    ("0.3", TURN, (AUTO, ERROR, "name"), {}, turned),
    ("0.6", TURN, (None, AUTO, ERROR, "name"), {}, turned),
    ("0.2", SUM, ([1.0, 1.0], nl.add, "name"), {}, twice),
    ("0.2", SUM, ([1.0, 1.0],), {"reduce_op": nl.add}, twice),
    ("0.3", SUM, (nl.add, None, True, "name"), {}, twice),
    ("0.6", SUM, (nl.add, None, True, ERROR, "name"), {}, twice),
    ("0.2", MATMUL, (False, False, False, (0, 0), (64, 32), nisa.matmul_perf_mode.none, "name"), {}, squares),
    ("0.2", MATMUL, (False, False, False, None, None, nisa.matmul_perf_mode.none), {}, squares),
    ("0.6", MATMUL, (False, False, False, None, (0, 0), (64, 32), nisa.matmul_perf_mode.none), {}, squares),
    ("0.2", SELECT, (3, 1, "tile", -5.0, nl.greater_equal, "name"), {}, selected),
    ("0.2", SELECT, (3, 1, "tile", -5.0), {"cmp_op": nl.greater_equal}, selected),
    ("0.6", SELECT, (1, "tile", -5.0, nl.greater_equal, 3, "name"), {}, selected),
    ("0.3", reduce_too, (False, "name"), {}, plus_one),
    ("0.5", reduce_too, (False, STEP, None, "name"), {}, plus_one),
    ("0.6", reduce_too, (False, STEP, None, False, "name"), {}, plus_one),
]


@pytest.mark.parametrize("release, body, positional, keywords, expected", ORDERS)
def test_orders_of_positional_arguments(release, body, positional, keywords, expected):
    x, result = run(lambda x, tile, out: body(x, tile, out, *positional, **keywords), target="trn3")
    want = expected(x)
    np.testing.assert_allclose(result[: len(want)], want, rtol=1e-5)


def test_orders_of_packed_matmul():
    """nc_matmul_mx took its name before accumulate."""

    def body(x, tile, out, *rest):
        packed, scale = nl.zeros((32, 32), nl.float8_e4m3fn_x4), nl.zeros((32, 32), nl.uint8)
        psum = nl.ndarray((32, 32), nl.float32, nl.psum)
        nisa.nc_matmul_mx(psum, packed, packed, scale, scale, None, None, *rest)
        nisa.tensor_copy(out[0:32, :], psum)

    for rest in (("name",), (None, "name")):
        assert not run(lambda *tiles, rest=rest: body(*tiles, *rest), "trn3")[1][:32].any()


def test_orders_of_sendrecv():
    """Its name came before dma_engine: what is said is that there is one core, not that the name is no engine."""
    with pytest.raises(nki.VerifyError, match="lnc2-launch"):
        run(lambda x, tile, out: nisa.sendrecv(tile, out, 0, 0, 0, "name"))


# What would mean one thing in one release and another in the next is refused, with the keywords to write.
REFUSED = [
    (TURN, (2,), {}, "dma_transpose: a number as the fourth argument is dge_mode in NKI 0.1 and 0.2 and priority"),
    (TURN, (2, 0), {}, "write dge_mode=... or priority=..."),
    (COPY, (nl.add, ERROR), {}, "dst_rmw_op of NKI 0.1 and 0.2; it was removed in NKI 0.3; use nisa.dma_compute"),
    (COPY, (0, 2), {}, "dma_copy: oob_mode must be one of"),
    (SELECT, (3,), {"channel_multiplier": 1}, "affine_select: argument 'channel_multiplier' was given twice"),
    (MATMUL, (False, False, False, "name"), {}, "nc_matmul: accumulate must be True or False"),
    (reduce_too, (False, 0, None, 1.5), {}, "tensor_scalar_reduce: reduce_res_negate must be True or False"),
]


@pytest.mark.parametrize("body, positional, keywords, message", REFUSED)
def test_orders_that_may_mean_either(body, positional, keywords, message):
    with pytest.raises(TypeError, match=message.replace("(", r"\(")):
        run(lambda x, tile, out: body(x, tile, out, *positional, **keywords), target="trn3")


def test_a_priority_by_its_place_with_a_mode_after_it():
    x, result = run(lambda x, tile, out: TURN(x, tile, out, 2, AUTO), target="trn3")
    np.testing.assert_array_equal(result[:32], turned(x))


REMOVED = [
    (nki, "simulate_kernel", "use nki.simulate"),
    (nki, "baremetal", "use nki.simulate"),
    (nki, "benchmark", "report"),
    (nki, "profile", "report"),
    (nki, "FrameworkKernel", "kernels take NumPy, torch and JAX arrays"),
    (nki, "compiler", "address="),
    (nki, "kernels", "nki-library"),
    (nisa, "builtin_custom_op", "nothing replaces it"),
    (nisa, "fp32", "numpy.finfo"),
    (nl, "arange", "nl.ds"),
    (nl, "mgrid", "nl.ds"),
    (nl, "par_dim", "partition axis"),
    (nl, "nc", r"kernel\[2\]"),
    (nl, "spmd_dim", r"kernel\[2\]"),
    (nl, "all_reduce", "nki.collectives"),
    (nl, "atomic_rmw", "nisa.dma_compute"),
    (nl, "loop_reduce", "nisa.tensor_tensor"),
    (nl, "static_cast", "nl.copy"),
    (nl, "finfo", "numpy.finfo"),
    (nl, "bfp16", "ml_dtypes.finfo"),
    (nl, "gemm_grid", "slices"),
]


@pytest.mark.parametrize("module, name, advice", REMOVED)
def test_names_that_went_away(module, name, advice):
    with pytest.raises(AttributeError, match=f"{module.__name__}.{name} was removed in NKI 0.1; .*{advice}|{advice}"):
        getattr(module, name)
    assert not hasattr(module, name)


@pytest.mark.parametrize("name", ["sim_value", "device_value", "is_identity"])
def test_attributes_of_tensors_that_went_away(name):
    with pytest.raises(AttributeError, match=f"no attribute .{name}.: it was removed in NKI 0.5"):
        run(lambda x, tile, out: getattr(tile, name))


def test_nki_object_in_nki_isa():
    assert nisa.NKIObject is nl.NKIObject


@pytest.mark.parametrize(
    "make", [lambda f: nki.jit(func=f), lambda f: nki.jit(f, "auto"), lambda f: nki.jit(mode="jax")(f)]
)
def test_jit_as_it_was(make):
    assert make(double)(np.ones((4, 4), np.float32)).sum() == 32
    with pytest.raises(TypeError, match="got 3 positional arguments"):
        nki.jit(double, "auto", "trn1")


def double(x):
    tile = nl.load(x)
    return returned(nl.add(tile, tile))


def test_shared_constant_of_a_dtype():
    @nki.jit
    def kernel(x):
        constant = nl.load(nl.shared_constant(np.full((4, 4), 1.001), nl.bfloat16))
        assert constant.dtype == "bfloat16"
        return returned(nl.multiply(nl.load(x), constant))

    x = np.ones((4, 4), np.float32)
    np.testing.assert_array_equal(kernel(x), x)


def words(x):
    tile = sbuf.view(dtype=x.dtype, shape=x.shape)  # noqa: F821
    nisa.dma_copy(dst=tile, src=x)
    result = hbm.view(x.dtype, x.shape)  # noqa: F821
    nisa.dma_copy(dst=result, src=tile)
    return result


@pytest.mark.parametrize("how", [nki.jit, nki.simulate])
def test_memories_that_were_words(how):
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(how(words)(x), x)


def test_the_words_are_for_the_kernel_alone():
    """Else a typing mistake elsewhere would find them."""
    nki.jit(words)
    assert not {"hbm", "sbuf", "psum"} & set(dir(builtins))
    with pytest.raises(NameError, match="name 'sbuf' is not defined"):
        words(None)


FROM_THE_MODULE = 2.0


def test_a_kernel_with_the_words_reads_its_module(monkeypatch):
    @nki.jit
    def kernel(x):
        from math import floor

        (tile,) = [sbuf.view(dtype=x.dtype, shape=x.shape) for _ in range(floor(1.5))]  # noqa: F821
        nisa.dma_copy(dst=tile, src=x)
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=FROM_THE_MODULE)
        result = nl.ndarray(x.shape, x.dtype, buffer=hbm)  # noqa: F821
        nisa.dma_copy(dst=result, src=tile)
        return result

    x = np.ones((3, 4), np.float32)
    assert (kernel(x) == 2).all()
    monkeypatch.setitem(globals(), "FROM_THE_MODULE", 3.0)
    assert (kernel(x) == 3).all()


def test_views_of_memories():
    seen = []
    run(lambda x, tile, out: seen.append(nl.psum.view(nl.float32, (4, 8))))
    assert (seen[0].shape, seen[0].dtype, seen[0].buffer) == ((4, 8), "float32", nl.psum)


def test_tensor_reduce_with_axis_1_is_refused_where_it_may_mean_either():
    x = np.zeros((8, 16), np.float32)
    with pytest.raises(nki.VerifyError, match="reduce-axis"):
        reduced(x, 4, (8, 4, 4))


def test_identity_of_nki_tensor():
    from nki import tensor

    @nki.jit
    def kernel(x):
        identity = nl.load(nl.shared_constant(tensor.identity(5, nl.bfloat16)))
        return returned(nl.multiply(nl.load(x), identity))

    x = np.arange(25, dtype=np.float32).reshape(5, 5)
    np.testing.assert_array_equal(kernel(x), x * np.identity(5))
