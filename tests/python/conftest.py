"""What several files of tests use."""

import signal

import pytest


@pytest.fixture
def alarm():
    """A function that lets KeyboardInterrupt come after so many seconds, as Ctrl-C does; 0: none comes."""

    def interrupt(*_):
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGALRM, interrupt)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, old)
