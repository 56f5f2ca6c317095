"""One thread that waits for descriptors. A handler that fails ends nothing but what it was about."""
import collections
import selectors
import time
import traceback


class Loop:
    READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

    def __init__(self, report):
        self.report = report
        self.selector = selectors.DefaultSelector()
        self.handlers = {}  # descriptor -> (handler, first)
        self.events = {}  # descriptor -> what is waited for
        self.later = collections.deque()
        self.running = True
        self.failure = None

    def add(self, descriptor, handler, first=False):
        """Calls ``handler(mask)`` when it is readable; those that are ``first`` before the others."""
        self.handlers[descriptor] = (handler, first)
        self._watch(descriptor, self.READ)

    def remove(self, descriptor):
        if self.handlers.pop(descriptor, None):
            self._watch(descriptor, 0)
            del self.events[descriptor]

    def write(self, descriptor, wanted):
        """Calls the handler also when it is writable, or not any more."""
        events = self.events[descriptor]
        self._watch(descriptor, events | self.WRITE if wanted else events & ~self.WRITE)

    def pause(self, descriptor, paused):
        """Reads no more from it, or again."""
        events = self.events[descriptor]
        self._watch(descriptor, events & ~self.READ if paused else events | self.READ)

    def _watch(self, descriptor, events):
        before, self.events[descriptor] = self.events.get(descriptor, 0), events
        if before and not events:
            self.selector.unregister(descriptor)
        elif events and not before:
            self.selector.register(descriptor, events, self.handlers[descriptor])
        elif events != before:
            self.selector.modify(descriptor, events, self.handlers[descriptor])

    def soon(self, action):
        self.later.append(action)

    def fail(self, why):
        self.failure = why
        self.running = False

    def run(self, tick, pause):
        """Until ``running`` is false; ``tick(now)`` at least every ``pause()`` seconds."""
        ticked = 0.0
        while self.running:
            ready = self.selector.select(0 if self.later else pause())
            for first in (True, False):  # log lines were written before the frames behind them
                for key, mask in ready:
                    if key.data[1] == first and self.selector.get_map().get(key.fd) is key:
                        self.guard(key.data[0], mask)
            for _ in range(len(self.later)):
                self.guard(self.later.popleft())
            now = time.monotonic()
            if now - ticked >= 0.03:
                ticked = now
                self.guard(tick, now)

    def guard(self, action, *arguments):
        try:
            action(*arguments)
        except Exception:
            self.report(traceback.format_exc())
