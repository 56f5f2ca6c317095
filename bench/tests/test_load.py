"""The load generator tells the truth about a server that stands still for a while."""
import http.server
import pathlib
import socketserver
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "e2e")]

from load import Floor, LoadGenerator, url  # noqa: E402


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stands_still = (0.0, 0.0)
    status = 200

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        begin, end = self.stands_still
        if begin <= time.monotonic() < end:
            time.sleep(end - time.monotonic())
        self.send_response(self.status)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"pong")

    def log_message(self, *_):
        pass


class Generator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.load = LoadGenerator().__enter__()
        cls.addClassCleanup(cls.load.__exit__)
        with Floor() as floor:
            cls.load.run([url(floor.address, "warm")], 100, 0, 1)

    def served(self, status=200):
        handler = type("Handler", (Answers,), {"status": status})
        server = Server(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return handler, url(server.server_address, "x")

    def test_calls_that_were_due_while_a_server_stood_still_count_from_then(self):
        handler, address = self.served()
        handler.stands_still = (time.monotonic() + 0.5, time.monotonic() + 1.5)
        outcome = self.load.run([address], 100, 0, 2)
        self.assertEqual((200, 0), (outcome["calls"], outcome["failed"]))
        self.assertGreater(outcome["p90"], 500)  # half of the calls were due in that second: p90 is behind 0.8 s of it
        self.assertGreater(outcome["p99"], 800)

    def test_rate_is_kept_and_the_warm_up_left_out(self):
        _, address = self.served()
        outcome = self.load.run([address, address], 200, 0.5, 1)
        self.assertEqual((300, 200), (outcome["sent"], outcome["calls"]))
        self.assertAlmostEqual(200, outcome["rate"], delta=40)

    def test_what_is_no_200_failed_and_has_no_latency(self):
        _, address = self.served(503)
        outcome = self.load.run([address], 100, 0, 0.5)
        self.assertEqual((50, {"503": 50}, 0), (outcome["failed"], outcome["errors"], outcome["p99"]))

    def test_nobody_there(self):
        outcome = self.load.run(["http://127.0.0.1:1/"], 100, 0, 0.2)
        self.assertEqual({"ConnectException": 20}, outcome["errors"])


if __name__ == "__main__":
    unittest.main()
