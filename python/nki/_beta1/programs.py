"""The programs of a grid that wait for each other, in nl.all_reduce: each is traced in a thread of its own.

One of them goes on at a time, until it waits or ends, so that the order of the instructions is always the same. All
else about a grid is in launch.py; a kernel comes here when it turns out to call nl.all_reduce.
"""

import contextlib
import contextvars
import queue
import sys
import threading
from typing import NamedTuple

from nki import _core
from nki._cores import AbandonedError, stop


class MeetingWanted(BaseException):
    """The kernel called nl.all_reduce while its programs run one after the other: trace anew, together.

    No Exception, so that a kernel does not catch it.
    """


class Call(NamedTuple):
    """What a program has said in its call of nl.all_reduce; programs that meet have said the same."""

    op: object
    axes: tuple
    shape: tuple
    dtype: str


class _Member:
    """A program while it is traced with the others."""

    def __init__(self, index):
        self.index = index
        self.turn = queue.SimpleQueue()  # written in C: an interrupt can't leave it locked
        self.call = self.tile = self.place = None  # while it waits
        self.result = self.failure = None
        self.ended = False
        self.thread = None


class Meeting:
    """Runs the programs of a grid until all have ended."""

    def __init__(self, grid, indices):
        self._grid = grid
        self._members = {index: _Member(index) for index in indices}
        self._stopped = queue.SimpleQueue()
        self._trace = _core.present_trace()
        self._abandoned = False

    def run(self, body):
        """[body(index, self) of each program], in order."""
        for member in self._members.values():
            context = contextvars.copy_context()
            member.thread = threading.Thread(
                target=context.run, args=(self._run_member, member, body), name=f"nki {member.index}", daemon=True
            )
        try:
            while not all(member.ended for member in self._members.values()):
                ready = [member for member in self._members.values() if member.call is None and not member.ended]
                for member in ready or self._met():
                    self._go_on(member)
        finally:
            self._abandoned = True
            for member in self._members.values():
                member.turn.put(None)
                if member.thread.ident is not None:
                    if not member.ended:  # it waits or, if an interrupt has ended this thread's part, runs
                        stop(member.thread)
                    member.thread.join()
        return [member.result for member in self._members.values()]

    def _go_on(self, member):
        """Lets a program run until it waits or ends."""
        if member.thread.ident is None:
            member.thread.start()
        else:
            member.turn.put(None)
        self._stopped.get()
        if member.failure is not None:
            raise member.failure

    def _run_member(self, member, body):
        with contextlib.suppress(AbandonedError):
            _core.enter_trace(self._trace)
            try:
                member.result = body(member.index, self)
            except AbandonedError:
                pass
            except BaseException as error:
                member.failure = error
            finally:
                _core.leave_trace()
                member.ended = True
                self._stopped.put(None)

    def wait(self, index, call, tile):
        """The tiles of all programs that meet this one; called by its thread."""
        member = self._members[index]
        member.call, member.tile, member.place = call, tile, _users_place()
        thread = _core.pause_trace()
        self._stopped.put(None)
        member.turn.get()
        if self._abandoned:
            raise AbandonedError
        _core.resume_trace(*thread)
        return member.group

    def _met(self):
        """The programs that go on because all that they reduce with have come; an error says who has not."""
        released = []
        for first in self._members.values():
            if first.call is None:
                continue
            group = self._group(first)
            if first is group[0] and all(member.call is not None for member in group):
                released += _released(group)
        if not released:
            self._refuse()
        return released

    def _group(self, member):
        """The programs that differ from this one along the axes of its call alone."""
        others = [axis for axis in range(len(self._grid)) if axis not in member.call.axes]
        return [
            each for each in self._members.values() if all(each.index[axis] == member.index[axis] for axis in others)
        ]

    def _refuse(self):
        waiting = next(member for member in self._members.values() if member.call is not None)
        for other in self._group(waiting):
            if other.ended:
                raise ValueError(
                    f"nl.all_reduce: program {waiting.index} of the grid {self._grid} called it at {waiting.place}, "
                    f"and program {other.index}, with which it reduces, has ended without it: all must call it"
                )
        other = next(each for each in self._group(waiting) if each.call.axes != waiting.call.axes)
        raise ValueError(_difference(waiting, other))


def _released(group):
    first = group[0]
    for other in group[1:]:
        if other.call != first.call:
            raise ValueError(_difference(first, other))
    shared = {"tiles": [member.tile for member in group]}
    for member in group:
        member.group = shared
        member.call = member.tile = None
    return group


def _difference(first, other):
    said = [(name, a, b) for name, a, b in zip(Call._fields, first.call, other.call, strict=True) if a != b]
    name, a, b = said[0]
    return (
        f"nl.all_reduce: program {first.index} called it at {first.place} with {name} {_text(a)}, and program "
        f"{other.index}, with which it reduces, at {other.place} with {_text(b)}"
    )


def _text(value):
    return getattr(value, "__name__", None) or str(value)


def _users_place():
    """FILE:LINE of the kernel's line that is being traced."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("nki."):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
