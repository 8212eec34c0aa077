"""The two cores of kernel[2] in nki.simulate: two threads, one of which runs at a time."""

import contextlib
import contextvars
import ctypes
import queue
import threading


class AbandonedError(BaseException):
    """Ends a core's thread when the other core has failed; not an Exception, so that a kernel does not catch it."""


def stop(thread):
    """Ends what the other core's Python is doing; Ctrl-C arrives in the main thread alone."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(AbandonedError))


class Cores:
    """Runs a function for each program of a grid of two: core 0 in this thread, core 1 in another.

    A core runs until it waits for the other one, so that the order of the instructions is always the same.
    """

    def __init__(self, trace):
        self._trace = trace
        # Written in C: an interrupt inside a threading.Semaphore, which is Python, would leave its lock taken.
        self._turns = (queue.SimpleQueue(), queue.SimpleQueue())
        self._present = 0
        self._live = [True, True]
        self._failure = None

    def run(self, programs, body):
        """[body(), body()], with the programs' indices begun before."""
        self._trace.set_cores(self._switch)
        results = [None, None]
        context = contextvars.copy_context()
        other = threading.Thread(
            target=context.run, args=(self._run_other, programs[1], body, results), name="nki core 1", daemon=True
        )
        other.start()
        try:
            self._run_core(0, programs[0], body, results)
            if self._failure is None:
                other.join()
        except BaseException as error:  # an interrupt after core 0's function has ended
            self._failure = self._failure or error
        if self._failure is not None:  # core 1 waits for its turn or, if only an interrupt ended core 0, runs
            self._turns[1].put(None)
            stop(other)
        other.join()
        if self._failure is not None:
            raise self._failure
        return results

    def _run_other(self, program, body, results):
        with contextlib.suppress(AbandonedError):  # which may come as late as here
            self._run_core(1, program, body, results)

    def _run_core(self, core, program, body, results):
        try:
            if core == 1:
                self._await_turn(core)
                self._trace.enter_thread()
            with self._trace:
                self._trace.begin_program(list(program))
                results[core] = body()
                self._trace.end_program()
        except AbandonedError:
            pass
        except BaseException as error:
            self._failure = self._failure or error
        finally:
            self._live[core] = False
            self._turns[1 - core].put(None)

    def _switch(self):
        """The other core runs until it waits or ends; False if it had ended."""
        core = self._present
        if not self._live[1 - core]:
            return False
        self._trace.suspend()
        self._turns[1 - core].put(None)
        self._await_turn(core)
        self._trace.resume(core)
        return True

    def _await_turn(self, core):
        self._turns[core].get()
        if self._failure is not None:
            raise AbandonedError
        self._present = core
