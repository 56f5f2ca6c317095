"""Front and pool against workers that talk nonsense, and generations that overtake each other."""
import json
import random
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from callbacks_shim import connection, frames, pool
from callbacks_shim.config import Config
from callbacks_shim.front import Front
from callbacks_shim.generation import Generation
from callbacks_shim.handle import Handle

REQUEST = b"GET /api/x HTTP/1.1\r\nHost: x\r\n\r\n"


class Output:
    """Keeps what was said."""

    def __init__(self):
        self.said = []

    def log(self, stream, message, request_id=None):
        self.said.append(message)

    def event(self, event, **more):
        self.said.append(dict(more, event=event))

    def flush(self):
        return True


class StillGeneration(Generation):
    """Starts no processes: the tests say how they are."""

    def start(self):
        self.slots = 1

    def spawn(self):
        worker = Handle(self.pool, self, self.pool.next_worker())
        self.workers.add(worker)
        return worker


class Shim(Front):
    """A front with one worker, whose end of the channel is the test's."""

    def __init__(self, slots=1):
        super().__init__(Config({"CALLBACKS_CONCURRENCY": "4"}), Output())
        self.faults = []
        self.loop.report = self.faults.append
        generation = self.pool.begin({}, 0, lambda failure: None)
        generation.slots, generation.is_async = slots, slots > 1
        self.worker = generation.spawn()
        self.worker.channel, self.far = socket.socketpair()
        self.worker.channel.setblocking(False)
        self.loop.add(self.worker.channel.fileno(), self.worker.on_ready)
        self.clients = []
        self.send(frames.frame(frames.READY))
        self.turn()

    def client(self, data=REQUEST):
        """A client that has sent this."""
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        there = connection.Connection(self, theirs, "peer")
        self.connections.add(there)
        self.loop.add(theirs.fileno(), there.on_ready)
        ours.sendall(data)
        ours.settimeout(1)
        self.clients.append(ours)
        self.turn()
        return ours

    def send(self, data):
        try:
            self.far.sendall(data)
        except OSError:
            pass  # the front has hung up

    def turn(self, times=3):
        """Lets the loop handle what is there."""
        for _ in range(times):
            for key, mask in self.loop.selector.select(0):
                self.loop.guard(key.data[0], mask)
            while self.loop.later:
                self.loop.guard(self.loop.later.popleft())

    def close(self):
        for client in self.clients:
            client.close()
        for there in list(self.connections):
            there.close()
        self.worker.close()
        self.far.close()
        self.loop.selector.close()


def head(job, **more):
    told = dict({"status": 200, "headers": [], "length": 2}, **more)
    return frames.frame(frames.HEAD, job, json.dumps(told).encode())


def all_of(client):
    """What a client gets until its connection is closed, or nothing more comes."""
    client.settimeout(0)
    found = b""
    while True:
        try:
            data = client.recv(1 << 20)
        except BlockingIOError:
            return found, False
        except ConnectionError:
            data = b""
        if not data:
            return found, True
        found += data


def setUpModule():
    pool.Generation = StillGeneration


def tearDownModule():
    pool.Generation = Generation


class Shims(unittest.TestCase):
    def shim(self, slots=1):
        shim = Shim(slots)
        self.addCleanup(shim.close)
        return shim


class Frames(Shims):
    def answered(self, *sent, slots=1):
        shim = self.shim(slots)
        client = shim.client()
        for data in sent:
            shim.send(data)
            shim.turn()
        self.assertEqual(shim.faults, [])
        return shim, client

    def ended(self, shim):
        self.assertEqual(shim.worker.killed_for, "protocol")
        self.assertEqual(shim.worker.jobs, {})

    def test_answer_is_passed_on(self):
        shim, client = self.answered(head(1), frames.frame(frames.CHUNK, 1, b"ok"), frames.frame(frames.END, 1))
        self.assertTrue(all_of(client)[0].endswith(b"Content-Length: 2\r\n\r\nok"))
        self.assertIsNone(shim.worker.killed_for)

    def test_event_that_cannot_be_read_is_a_400(self):
        shim, client = self.answered(frames.frame(frames.BAD_EVENT, 1))
        found, _ = all_of(client)
        self.assertTrue(found.startswith(b"HTTP/1.1 400 "), found)
        self.assertIn(b"X-Callbacks-Error: bad-event\r\n", found)
        self.assertEqual((shim.worker.jobs, shim.worker.killed_for), ({}, None))

    def test_what_a_worker_must_not_send(self):
        for sent in (
            frames.frame(99, 1), frames.frame(frames.JOB, 1), frames.frame(frames.READY), frames.frame(frames.HEAD, 2),
            frames.frame(frames.CHUNK, 1, b"x"), frames.frame(frames.END, 1), head(1, status=99), head(1, status="200"),
            head(1, status=True), head(1, length=-1), head(1, length="2"), head(1, headers=None), head(1, headers=[["a"]]),
            head(1, headers=[["a", "\r\nb: c"]]), head(1, headers={"a": 1}), head(1, headers=7), frames.frame(frames.HEAD, 1, b"[]"),
            frames.frame(frames.HEAD, 1, b"\xff"), frames.frame(frames.HEAD, 1, b"[" * 100000), frames.frame(frames.RAISED, 1, b"7"),
            frames.frame(frames.RAISED, 1), b"\0\0\0\0", b"\xff" * 20,
        ):
            shim, client = self.answered(sent)
            self.ended(shim)
            self.assertTrue(all_of(client)[0].startswith(b"HTTP/1.1 502 "), sent[:60])

    def test_second_head_breaks_off(self):
        shim, client = self.answered(head(1, length=None), head(1, length=None))
        self.ended(shim)
        self.assertTrue(all_of(client)[1])

    def test_more_body_than_announced_is_not_passed_on(self):
        shim, client = self.answered(head(1), frames.frame(frames.CHUNK, 1, b"too long"))
        self.ended(shim)
        self.assertNotIn(b"too long", all_of(client)[0])

    def test_less_body_than_announced_breaks_off(self):
        _, client = self.answered(head(1), frames.frame(frames.CHUNK, 1, b"x"), frames.frame(frames.END, 1))
        found, closed = all_of(client)
        self.assertTrue(closed)
        self.assertFalse(found.startswith(b"HTTP/1.1 200"))

    def test_stream_without_regard_to_its_reader_is_ended(self):
        shim, client = self.answered(head(1, length=None))
        for _ in range(64):
            shim.send(frames.frame(frames.CHUNK, 1, b"x" * 200000))
            shim.turn()
        self.ended(shim)
        self.assertEqual(shim.faults, [])

    def test_nothing_of_an_ended_worker_is_heard(self):
        shim, client = self.answered(frames.frame(99, 1) + head(1) + frames.frame(frames.CHUNK, 1, b"ok") + frames.frame(frames.END, 1))
        self.assertEqual(all_of(client)[0].count(b"HTTP/1.1"), 1)

    def test_frames_at_random_never_hurt_the_front(self):
        numbers = random.Random(11)
        for _ in range(400):
            shim = Shim(slots=numbers.choice((1, 4)))
            clients = [shim.client() for _ in range(numbers.randrange(1, 4))]
            for _ in range(numbers.randrange(1, 12)):
                shim.send(self.random_frame(numbers))
                shim.turn(1)
            shim.turn(6)
            shim.pool.scan(time.monotonic() + 100)
            shim.turn()
            self.assertEqual(shim.faults, [])
            for client in clients:
                found, closed = all_of(client)
                self.assertTrue(found.startswith(b"HTTP/1.1 ") or closed, found)
            shim.close()

    @staticmethod
    def random_frame(numbers):
        job = numbers.choice((0, 1, 1, 1, 2, 3, 4))
        return numbers.choice((
            head(job), head(job, length=None), head(job, length=3), frames.frame(frames.CHUNK, job, b"ok"),
            frames.frame(frames.CHUNK, job), frames.frame(frames.END, job), frames.frame(frames.RAISED, job, b'{"errorType": "E"}'),
            frames.frame(frames.BAD, job), frames.frame(frames.BAD_EVENT, job), frames.frame(frames.PONG), frames.frame(numbers.randrange(256), job),
            bytes(numbers.choices(range(256), k=numbers.randrange(1, 12))), frames.frame(frames.HEAD, job, b"{}"),
        ))


class Clients(Shims):
    def test_client_that_sends_ahead_is_not_read_on(self):
        shim = self.shim()
        client = shim.client()
        client.settimeout(0)
        sent = 0
        for _ in range(2000):
            try:
                sent += client.send(b"x" * 100000)
            except BlockingIOError:
                pass
            shim.turn(1)
        (there,) = shim.connections
        self.assertLess(len(there.parser.buffer), shim.config.max_body + (1 << 20))
        self.assertEqual(shim.faults, [])

    def test_client_that_leaves_does_not_stop_the_work(self):
        shim = self.shim()
        shim.client().close()
        shim.turn()
        self.assertEqual(shim.connections, set())
        shim.send(head(1, length=None) + frames.frame(frames.CHUNK, 1, b"ok") + frames.frame(frames.END, 1))
        shim.turn()
        self.assertIsNone(shim.worker.killed_for)
        self.assertEqual((shim.worker.jobs, shim.faults), ({}, []))

    def test_refusal_is_read_by_who_sends_on(self):
        shim = self.shim()
        client = shim.client(b"NONSENSE\r\n\r\n")
        for _ in range(10):
            client.sendall(b"x" * 10000)
            shim.turn(1)
        found, closed = all_of(client)
        self.assertTrue(found.startswith(b"HTTP/1.1 400 "))
        self.assertEqual(found.count(b"HTTP/1.1"), 1)
        self.assertTrue(closed)
        (there,) = shim.connections
        there.scan(time.monotonic() + 3)
        self.assertEqual(shim.connections, set())

    def test_half_sent_requests_are_refused_in_time(self):
        shim = self.shim()
        client = shim.client(REQUEST[:20])
        (there,) = shim.connections
        there.scan(time.monotonic() + 9)
        self.assertEqual(all_of(client), (b"", False))
        there.scan(time.monotonic() + 11)
        self.assertTrue(all_of(client)[0].startswith(b"HTTP/1.1 408 "))

    def test_idle_connections_are_kept_for_two_minutes(self):
        shim = self.shim()
        client = shim.client(b"")
        (there,) = shim.connections
        there.scan(time.monotonic() + 119)
        self.assertFalse(all_of(client)[1])
        there.scan(time.monotonic() + 121)
        self.assertTrue(all_of(client)[1])


class Generations(unittest.TestCase):
    """Requests and workers as time passes."""

    def setUp(self):
        self.shim = Shim()
        self.addCleanup(self.shim.close)
        self.pool = self.shim.pool
        self.outcomes = []

    def begin(self, version):
        return self.pool.begin({}, version, self.outcomes.append)

    def ready(self, generation):
        generation.spawn().take(frames.READY, 0, b"")

    def test_later_env_is_not_overtaken_by_one_that_began_anew(self):
        slow, late = self.begin(3), self.begin(4)
        self.ready(late)
        self.ready(slow)
        self.assertIs(self.pool.current, late)
        self.assertEqual((self.pool.env_version, self.outcomes), (4, [None]))
        self.assertNotIn(slow, self.pool.generations)

    def test_failure_of_an_overtaken_one_is_nobodys(self):
        slow, late = self.begin(3), self.begin(4)
        self.ready(late)
        self.pool.settle(slow, {"class": "E", "message": "m"})
        self.assertEqual(self.outcomes, [None])

    def test_failure_leaves_the_present_one(self):
        before = self.pool.current
        self.pool.settle(self.begin(3), {"class": "E", "message": "m", "package": None, "log_tail": ""})
        self.assertIs(self.pool.current, before)
        self.assertEqual(self.outcomes[0]["class"], "E")

    def test_import_that_takes_too_long_fails(self):
        generation = self.begin(3)
        self.pool.scan(generation.begun + 59)
        self.assertEqual(self.outcomes, [])
        self.pool.scan(generation.begun + 61)
        self.assertEqual(self.outcomes[0]["class"], "StartupTimeout")

    def test_worker_that_does_not_end_is_ended(self):
        worker = self.shim.worker
        self.ready(self.begin(3))
        self.assertIsNone(worker.channel)
        self.pool.scan(worker.closed + 1)
        self.assertIsNone(worker.killed_for)
        self.pool.scan(worker.closed + 4)
        self.assertEqual(worker.killed_for, "deadline")

    def test_old_worker_that_will_not_let_go_is_ended(self):
        worker = self.shim.worker
        worker.generation.is_async, worker.pid = True, 0x7FFFFFF0  # nobody's
        self.shim.client()
        self.ready(self.begin(3))
        (exchange,) = worker.jobs.values()
        worker.scan(exchange.deadline)
        worker.answered = worker.asked
        self.assertIsNone(worker.killed_for)
        worker.scan(exchange.deadline + 2)
        self.assertEqual(worker.killed_for, "deadline")

    def test_worker_that_does_not_start_is_ended(self):
        worker = self.pool.current.spawn()
        worker.channel = self.shim.worker.channel
        self.pool.scan(worker.started + 61)
        self.assertEqual(worker.killed_for, "deadline")

    def test_requests_wait_while_there_is_no_generation(self):
        self.pool.current = None
        self.shim.client()
        self.assertEqual(len(self.pool.queue), 1)
        self.assertEqual(self.shim.faults, [])


if __name__ == "__main__":
    unittest.main()
