"""Runs an async handler: several requests at once on one event loop."""
import asyncio
import inspect
import sys

from . import frames
from .result import answer_of, piece_of
from .worker import REQUEST, Requests, Tagging, fits


class AsyncWorker(Requests):
    """A task for each request; the front says how many there may be."""

    def run(self):
        asyncio.run(self.main())

    async def main(self):
        self.loop = asyncio.get_running_loop()
        self.tasks = {}
        self.windows = {}
        self.outgoing = bytearray()
        self.connection.setblocking(False)
        while True:
            data = await self.loop.sock_recv(self.connection, 262144)
            if not data:
                break
            self.received.feed(data)
            for kind, number, payload in self.received:
                self.take(kind, number, payload)
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    def take(self, kind, number, payload):
        if kind == frames.JOB:
            self.tasks[number] = self.loop.create_task(self.serve(number, self.job(payload)))
        elif kind == frames.PING:
            self.send(frames.frame(frames.PONG))
        elif kind == frames.ACK and number in self.unacknowledged:
            self.unacknowledged[number] -= int.from_bytes(payload, "little")
            self.windows[number].set()
        elif kind == frames.ABORT and number in self.tasks:
            self.abort(number)

    def abort(self, number):
        self.tasks[number].cancel()
        if number not in self.unacknowledged:  # it has not begun, and now never does
            del self.tasks[number]
            self.send(self.raised(number, asyncio.CancelledError("before it began")))

    async def serve(self, number, job):
        REQUEST.set(job.request_id)
        self.unacknowledged[number], self.windows[number] = 0, asyncio.Event()
        try:
            last = await self.answer(number, job)
        except (Exception, asyncio.CancelledError) as error:
            last = self.failed(number, error)
        finally:
            for stream in (sys.stdout, sys.stderr):
                if isinstance(stream, Tagging):
                    stream.finish(job.request_id)
            del self.tasks[number], self.unacknowledged[number], self.windows[number]
        self.end_children()
        self.send(last)

    async def answer(self, number, job):
        """Answers but for the last frames, which it gives."""
        event, context = self.begin(job)
        result = self.handler(event, context)
        if inspect.isawaitable(result):
            result = await result
        answer = answer_of(result)
        if fits(answer.body):
            return self.whole(number, answer)
        self.send(self.head(number, answer))
        async for piece in in_turn(answer.body):
            whole = piece_of(piece)
            for at in range(0, len(whole), frames.PIECE):
                await self.send_piece(number, whole[at : at + frames.PIECE])
        return frames.frame(frames.END, number)

    async def send_piece(self, number, part):
        self.unacknowledged[number] += len(part)
        while self.unacknowledged[number] > frames.WINDOW:
            self.windows[number].clear()
            await self.windows[number].wait()
        self.send(frames.frame(frames.CHUNK, number, part))
        await asyncio.sleep(0)

    def send(self, data):
        """Writes at once what can be written, the rest as the front takes it."""
        waiting = bool(self.outgoing)
        self.outgoing += data
        if not waiting:
            self.flush()

    def flush(self):
        try:
            sent = self.connection.send(self.outgoing)
            del self.outgoing[:sent]
        except BlockingIOError:
            pass
        if self.outgoing:
            self.loop.add_writer(self.connection, self.flush)
        else:
            self.loop.remove_writer(self.connection)


def in_turn(body):
    if isinstance(body, bytes):
        body = iter([body])
    return body if hasattr(body, "__anext__") else one_by_one(body)


async def one_by_one(iterator):
    for piece in iterator:
        yield piece
        await asyncio.sleep(0)
