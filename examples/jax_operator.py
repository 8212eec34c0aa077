"""A kernel inside JAX: jit, vmap, and gradients through custom_vjp."""

import jax
import jax.numpy as jnp
import numpy as np
from tensor_add import tensor_add


@jax.custom_vjp
def add(a, b):
    """tensor_add with its gradient."""
    return tensor_add(a, b)


add.defvjp(lambda a, b: (add(a, b), None), lambda _, gradient: (gradient, gradient))


@jax.jit
def product(a, b):
    """a · b · (a + b), the sum by the kernel."""
    return a * b * add(a, b)


def main():
    """Runs the product, its gradient and a batch of it, and checks each."""
    a, b = jax.random.normal(jax.random.key(0), (2, 256, 1024), dtype=jnp.float32)
    np.testing.assert_allclose(product(a, b), a * b * (a + b), rtol=1e-5, atol=1e-5)
    gradient = jax.grad(lambda x, y: product(x, y).sum())(a, b)
    np.testing.assert_allclose(gradient, b * (a + b) + a * b, rtol=1e-5, atol=1e-5)
    batch = jax.vmap(product)(jnp.stack([a, b]), jnp.stack([b, a]))
    np.testing.assert_allclose(batch[0], batch[1], rtol=1e-6)
    print("jax: jit, grad and vmap agree with a * b * (a + b)")
    return product, a, b


if __name__ == "__main__":
    main()
