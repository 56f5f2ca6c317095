"""Log lines: cut, tagged, masked, written or dropped."""
import json
import os
import threading
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from callbacks_shim.logs import LONGEST, MASK, MAX_WAITING, Lines, Masker, Output


def masker_of(*secrets):
    masker = Masker()
    masker.adopt({"NAME%d" % number: secret for number, secret in enumerate(secrets)})
    return masker


def lines_of(*parts, masker=None, tagged=False):
    lines = Lines("stdout", masker or Masker())
    lines.tagged = tagged
    found = [line for part in parts for line in lines.feed(part)]
    return found + list(lines.feed(b"", last=True))


class Masking(unittest.TestCase):
    def test_values_are_masked_the_longest_first(self):
        masker = masker_of("secret-one", "secret-one-and-more")
        self.assertEqual(masker.mask("<secret-one-and-more> <secret-one>"), "<%s> <%s>" % (MASK, MASK))

    def test_short_values_are_not(self):
        self.assertEqual(masker_of("seven77").mask("seven77"), "seven77")

    def test_each_line_of_a_value_is_masked(self):
        self.assertEqual(masker_of("first-line\nsecond-line\n").mask("second-line"), MASK)

    def test_the_former_env_stays_masked_and_no_older_one(self):
        masker = masker_of("oldest-value")
        for value in ("former-value", "present-value"):
            masker.take({"A": value})
            masker.adopt({"A": value})
        self.assertEqual(masker.mask("oldest-value former-value present-value"), "oldest-value %s %s" % (MASK, MASK))

    def test_envs_that_fail_do_not_push_out_the_one_that_serves(self):
        masker = masker_of("serving-value")
        for number in range(3):
            masker.take({"A": "failing-value-%d" % number})
        self.assertEqual(masker.mask("serving-value failing-value-2"), "%s %s" % (MASK, MASK))

    def test_adopting_the_same_again_keeps_the_former(self):
        masker = masker_of("former-value")
        for _ in range(2):
            masker.adopt({"A": "present-value"})
        self.assertEqual(masker.mask("former-value"), MASK)


class Cutting(unittest.TestCase):
    def test_lines_come_out_whole(self):
        self.assertEqual(lines_of(b"one\ntw", b"o\n", b"\nfour"), [(None, "one"), (None, "two"), (None, ""), (None, "four")])

    def test_what_is_not_text_is_replaced(self):
        self.assertEqual(lines_of(b"\xff\n"), [(None, "\ufffd")])

    def test_long_lines_are_cut(self):
        for parts in ([b"x" * 50000 + b"\n"], [b"x" * 5000] * 10 + [b"\n"]):
            pieces = [text for _, text in lines_of(*parts)]
            self.assertEqual("".join(pieces), "x" * 50000)
            self.assertLessEqual(max(map(len, pieces)), LONGEST)

    def test_characters_are_not_cut(self):
        for start in range(4):
            for character in ("ü", "€", "😀"):
                text = "x" * start + character * 20000
                pieces = [piece for _, piece in lines_of(text.encode() + b"\n")]
                self.assertEqual("".join(pieces), text)

    def test_bytes_that_only_look_like_characters_are_cut_too(self):
        self.assertEqual(sum(len(text) for _, text in lines_of(b"\x80" * 50000 + b"\n")), 50000)

    def test_secrets_are_masked_wherever_the_cut_falls(self):
        secret = "a-secret-value"
        for at in range(LONGEST - 20, LONGEST + 4):
            for parts in ([b"x" * at + secret.encode() + b"y" * 40000], [b"x" * at + b"a-sec", b"ret-value" + b"y" * 40000]):
                whole = "".join(text for _, text in lines_of(*parts, masker=masker_of(secret)))
                self.assertEqual(whole, "x" * at + MASK + "y" * 40000, at)

    def test_secrets_larger_than_a_line_are_masked(self):
        secret = "s" * 20000 + "t" * 20000
        whole = "".join(text for _, text in lines_of(*[secret.encode()[at : at + 3000] for at in range(0, 40000, 3000)],
                                                     masker=masker_of(secret)))
        self.assertEqual(whole, MASK)

    def test_tags_are_taken_off_each_line(self):
        data = b"\x1ea\x1fone\n\x1eb\x1ftwo\nraw\n\x1e\x1fnobody\n"
        self.assertEqual(lines_of(data, tagged=True), [("a", "one"), ("b", "two"), (None, "raw"), ("", "nobody")])

    def test_tags_belong_to_all_pieces_of_a_line(self):
        for parts in ([b"\x1eid\x1f" + b"x" * 40000 + b"\nnext\n"], [b"\x1eid\x1f"] + [b"x" * 4000] * 10 + [b"\nnext\n"]):
            found = lines_of(*parts, tagged=True)
            self.assertEqual("".join(text for tag, text in found if tag == "id"), "x" * 40000)
            self.assertEqual(found[-1], (None, "next"))

    def test_tags_mean_nothing_where_there_are_none(self):
        self.assertEqual(lines_of(b"\x1eid\x1ftext\n"), [(None, "\x1eid\x1ftext")])


class Writing(unittest.TestCase):
    def setUp(self):
        self.reading, writing = os.pipe()
        self.output = Output(writing)
        self.addCleanup(os.close, writing)
        self.addCleanup(os.close, self.reading)

    def read(self):
        return [json.loads(line) for line in os.read(self.reading, 1 << 20).splitlines()]

    def test_lines_are_json(self):
        self.output.log("stdout", "a \"line\" with ü", "id-1")
        (line,) = self.read()
        self.assertEqual((line["stream"], line["message"], line["request_id"]), ("stdout", 'a "line" with ü', "id-1"))
        self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_half_a_character_is_no_error(self):
        self.output.log("stdout", "\ud800")
        self.assertEqual(len(self.read()), 1)

    def test_nobody_reading_drops_and_counts(self):
        for _ in range(MAX_WAITING // 10000 + 100):
            self.output.log("stdout", "x" * 10000)
        self.assertGreater(self.output.dropped, 0)
        self.output.event("told", port=1)  # events are never dropped
        found = []
        while not self.output.flush() or self.output.waiting:
            found.append(os.read(self.reading, 1 << 20))
        found.append(os.read(self.reading, 1 << 20))
        lines = [json.loads(line) for line in b"".join(found).splitlines()]
        self.assertIn("told", [line.get("event") for line in lines])
        dropped = [line["message"] for line in lines if "dropped" in line.get("message", "")]
        self.assertEqual(len(dropped), 1)
        self.assertEqual(self.output.dropped, 0)

    def test_last_lines_wait_for_their_reader(self):
        for _ in range(200):
            self.output.log("stdout", "x" * 1000)
        self.assertTrue(self.output.waiting)
        reader = threading.Timer(0.05, lambda: [os.read(self.reading, 1 << 20) for _ in range(3)])
        reader.start()
        self.output.finish(5)
        reader.join()
        self.assertFalse(self.output.waiting)

    def test_last_lines_do_not_wait_for_ever(self):
        for _ in range(200):
            self.output.log("stdout", "x" * 1000)
        self.output.finish(0.05)
        self.assertTrue(self.output.waiting)

    def test_reader_that_is_gone_is_no_error(self):
        reading, writing = os.pipe()
        output = Output(writing)
        os.close(reading)
        output.log("stdout", "to nobody")
        self.assertFalse(output.waiting)
        os.close(writing)


if __name__ == "__main__":
    unittest.main()
