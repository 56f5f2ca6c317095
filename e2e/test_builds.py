"""Dependencies are installed once; code edits are live at once; errors name the package and the cause."""
import threading
import time
import unittest

from harness import Platform, eventually

HANDLER = "import six\ndef handler(event):\n    return six.__version__\n"


class Builds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()
        cls.addClassCleanup(cls.platform.remove)

    def log(self, callback):
        answer = self.platform.call("GET", "/callbacks/%d/build-log" % callback)
        self.assertEqual(200, answer.status, answer)
        return answer.text

    def test_twenty_equal_libraries_are_installed_once(self):
        made, lock = [], threading.Lock()

        def create(number):
            callback = self.platform.create("equal-%d" % number, HANDLER, library="six==1.15.0  # %d" % number)
            with lock:
                made.append(callback)

        threads = [threading.Thread(target=create, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(20, len(made))
        builds = [self.platform.await_status(callback, "built", 120)["latest_build"] for callback in made]
        self.assertEqual(1, sum(not build["cached"] for build in builds), builds)
        later = self.platform.create("equal-later", HANDLER, library="six==1.15.0")
        self.assertTrue(self.platform.await_status(later, "built")["latest_build"]["cached"])
        self.platform.deploy(later)
        self.assertEqual("1.15.0", self.platform.invoke("equal-later", {}).json)

    def test_code_change_answers_anew_in_about_a_second(self):
        for language, code in (("python", "import six\ndef handler(event):\n    return %d\n"),
                               ("node", "require('is-number');\nexports.handler = async () => %d;\n")):
            library = "six==1.16.0" if language == "python" else {"dependencies": {"is-number": "7.0.0"}}
            path = "edit-" + language
            callback = self.platform.created(path, code % 1, type=language, library=library)
            times = []
            for number in range(2, 7):
                begin = time.monotonic()
                answer = self.platform.call("PUT", "/callbacks/%d" % callback, {"code": code % number})
                self.assertIn(answer.status, (200, 202), answer)
                while self.platform.invoke(path, {}).json != number:
                    self.assertLess(time.monotonic() - begin, 30)
                times.append(time.monotonic() - begin)
                self.assertTrue(self.platform.read(callback)["latest_build"]["cached"])
            print("\n%s: code change to new answer: %s s" % (language, " ".join("%.2f" % t for t in times)))

    def failed(self, path, **fields):
        callback = self.platform.create(path, "def handler(event):\n    return 1\n" if
                                        fields.get("type", "python") == "python" else
                                        "exports.handler = async () => 1;", **fields)
        error = self.platform.await_status(callback, "failed", 120)["error"]
        self.assertEqual("build", error["stage"])
        self.assertTrue(error["hint"])
        self.assertTrue(error["log_tail"])
        self.assertIn(error["package"], self.log(callback))
        return error["class"], error["package"]

    def test_error_names_the_unknown_package(self):
        self.assertEqual(("package-not-found", "no-such-package-here-at-all"),
                         self.failed("lost-python", library="no-such-package-here-at-all==1.0"))

    def test_error_names_the_unknown_version(self):
        self.assertEqual(("version-not-found", "six"), self.failed("old-python", library="six==99.99"))

    def test_error_names_the_unknown_node_package(self):
        self.assertEqual(("package-not-found", "no-such-package-here-at-all-7"),
                         self.failed("lost-node", type="node",
                                     library={"dependencies": {"no-such-package-here-at-all-7": "1.0.0"}}))

    def test_error_names_the_unknown_node_version(self):
        self.assertEqual(("version-not-found", "is-number"),
                         self.failed("old-node", type="node", library={"dependencies": {"is-number": "99.99.99"}}))

    def test_failed_change_leaves_the_old_one_serving(self):
        callback = self.platform.created("steady", "def handler(event):\n    return 1\n")
        answer = self.platform.call("PUT", "/callbacks/%d" % callback,
                                    {"library": "no-such-package-here-at-all==1.0", "env": {"A": "1"}},
                                    {"Prefer": "wait=60"})
        self.assertIn(answer.status, (200, 202), answer)

        def shown():
            now = self.platform.read(callback)
            return now["error"] and now
        now = eventually(shown, 60, "the error is shown")
        self.assertEqual(("deployed", "build"), (now["status"], now["error"]["stage"]))
        self.assertEqual(1, self.platform.invoke("steady", {}).json)

    def test_rebuild_is_another_revision_of_the_same(self):
        callback = self.platform.created("again", HANDLER, library="six==1.16.0")
        answer = self.platform.call("POST", "/callbacks/%d/rebuild" % callback, {}, {"Prefer": "wait=30"})
        self.assertIn(answer.status, (200, 202), answer)
        now = self.platform.await_deployment(callback, revision=2)
        self.assertEqual((2, "built"), (now["latest_build"]["revision"], now["latest_build"]["state"]))
        self.assertEqual("1.16.0", self.platform.invoke("again", {}).json)

    def test_rollback_needs_no_build(self):
        callback = self.platform.created("back", "def handler(event):\n    return 1\n")
        self.platform.call("PUT", "/callbacks/%d" % callback, {"code": "def handler(event):\n    return 2\n"},
                           {"Prefer": "wait=30"})
        self.platform.await_deployment(callback, revision=2)
        answer = self.platform.call("POST", "/callbacks/%d/rollback" % callback, {"revision": 1}, {"Prefer": "wait=30"})
        self.assertIn(answer.status, (200, 202), answer)
        self.platform.await_deployment(callback, revision=1)
        self.assertEqual(1, self.platform.invoke("back", {}).json)


if __name__ == "__main__":
    unittest.main(verbosity=2)
