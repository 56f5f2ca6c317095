"""Handlers that misbehave: the right answer to that caller, others unharmed, the instance back."""
import os
import time
import unittest

from harness import Load, Platform, alive, command_line, descendants, eventually

PYTHON = """
import os, signal, subprocess, sys, time
def handler(event):
    what = event["path"].rpartition("/")[2]
    if what == "loop":
        while True: pass
    if what == "exit": sys.exit(3)
    if what == "die": os.kill(os.getpid(), 9)
    if what == "allocate":
        kept = []
        while True: kept.append(bytearray(10 << 20))
    if what == "print":
        print("x" * 79 + "\\n", end="")
        print(("y" * 79 + "\\n") * 13107, end="")
        return "printed"
    if what == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            try: time.sleep(60)
            except BaseException: pass
    if what == "fork":
        child = subprocess.Popen(["sleep", "987"])
        return child.pid
    if what == "raise": raise ValueError("secret detail")
    return "fine"
"""
NODE = """
const { spawn } = require('child_process');
exports.handler = async (event) => {
  const what = event.path.split('/').pop();
  if (what === 'loop') for (;;);
  if (what === 'exit') process.exit(3);
  if (what === 'die') process.kill(process.pid, 'SIGKILL');
  if (what === 'allocate') { const kept = []; for (;;) kept.push(new Array(1e6).fill(kept.length)); }
  if (what === 'print') { console.log(('y'.repeat(79) + '\\n').repeat(13107)); return 'printed'; }
  if (what === 'deaf') { process.on('SIGTERM', () => {}); await new Promise(() => setInterval(() => {}, 1000)); }
  if (what === 'fork') return spawn('sleep', ['987']).pid;
  if (what === 'raise') throw new TypeError('secret detail');
  return 'fine';
};
"""
LANGUAGES = {"python": PYTHON, "node": NODE}
EXPECTED = {
    "loop": (504, "timeout"),
    "exit": (502, "worker-ended"),
    "die": (502, "worker-ended"),
    "deaf": (504, "timeout"),
    "raise": (500, "handler-raised"),
}


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = platform = Platform().start()
        cls.addClassCleanup(platform.remove)
        platform.created("bystander", "def handler(event):\n    return 1\n")
        for language, code in LANGUAGES.items():
            platform.created("hostile-%s/{what}" % language, code, type=language, timeout_seconds=2, memory_mb=128)

    def misbehave(self, language, what):
        answer = self.platform.invoke("hostile-%s/%s" % (language, what), {})
        after = eventually(lambda: self.fine(language), 20, "the instance is back")
        self.assertEqual("fine", after)
        return answer

    def fine(self, language):
        answer = self.platform.invoke("hostile-%s/fine" % language, {})
        return answer.json if answer.status == 200 else None

    def test_each_gets_the_right_answer_and_bystanders_nothing_of_it(self):
        with Load(self.platform.port, "bystander", rate=30, connections=4) as load:
            for language in LANGUAGES:
                for what, expected in EXPECTED.items():
                    with self.subTest(language=language, what=what):
                        begin = time.monotonic()
                        answer = self.misbehave(language, what)
                        self.assertEqual(expected, (answer.status, answer.headers["X-Callbacks-Error"]), answer)
                        self.assertNotIn("secret", answer.text)
                        self.assertLess(time.monotonic() - begin, 25)
        self.assertEqual([], load.failures[:5])

    def test_allocating_without_end_harms_nobody_else(self):
        with Load(self.platform.port, "bystander", rate=30, connections=4) as load:
            for language in LANGUAGES:
                with self.subTest(language=language):
                    answer = self.misbehave(language, "allocate")
                    self.assertIn(answer.status, (500, 502), answer)
        self.assertEqual([], load.failures[:5])

    def test_a_megabyte_of_output_is_kept_and_shown(self):
        for language in LANGUAGES:
            with self.subTest(language=language):
                answer = self.platform.invoke("hostile-%s/print" % language, {}, headers={"X-Request-Id": "loud-" + language})
                self.assertEqual("printed", answer.json)
                number = [c["callback_id"] for c in self.platform.call("GET", "/callbacks/").json["items"]
                          if c["path"].startswith("hostile-" + language)][0]
                log = eventually(lambda: self.log(number, "loud-" + language), 20, "the output is in the log")
                self.assertGreater(log.count("y" * 79), 10000)

    def log(self, callback, request):
        text = self.platform.call("GET", "/callbacks/%d/logs?request_id=%s" % (callback, request)).text
        return text if text.count("y" * 79) > 10000 else None

    def test_children_end_with_their_instance(self):
        callback = self.platform.created("forks", PYTHON.replace('event["path"].rpartition("/")[2]', '"fork"'))
        child = self.platform.invoke("forks", {}).json
        self.assertTrue(alive(child))
        self.platform.call("DELETE", "/callbacks/%d" % callback)
        eventually(lambda: not alive(child), 30, "the child is gone")

    def test_crash_loops_are_shown_and_heal(self):
        callback = self.platform.created("crashes", "import os, threading, time\n"
                                         "if os.environ.get('CRASH'):\n"
                                         "    def die():\n"
                                         "        time.sleep(0.3); os.kill(os.getppid(), 9)\n"
                                         "    threading.Thread(target=die).start()\n"
                                         "def handler(event):\n    return 1\n")
        self.platform.put_env(callback, {"CRASH": "yes"})

        def shown():
            error = self.platform.read(callback)["error"]
            return error if error and error["stage"] in ("run", "start") else None
        error = eventually(shown, 60, "the crash loop is shown")
        self.assertTrue(error["message"])
        self.platform.put_env(callback, {})
        eventually(lambda: self.platform.invoke("crashes", {}).status == 200, 90, "it answers again")

    def test_front_killed_by_hand_is_replaced(self):
        callback = self.platform.created("victim", "import os\ndef handler(event):\n    return os.getpid()\n")
        worker = self.platform.invoke("victim", {}).json
        front = [pid for pid in self.platform.instances() if worker in descendants(pid)]
        self.assertEqual(1, len(front), command_line(worker))
        os.kill(front[0], 9)
        eventually(lambda: not alive(worker), 10, "the worker ends with its front")
        eventually(lambda: self.platform.invoke("victim", {}).status == 200, 30, "it answers again")
        self.assertEqual("deployed", self.platform.read(callback)["status"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
