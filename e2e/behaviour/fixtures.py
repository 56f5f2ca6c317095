"""The callbacks the cases call. They are few, so that the suite is quick: most are one function at several paths."""
import pathlib

LANGUAGES = ("python", "node")
FUNCTIONS = pathlib.Path(__file__).parent / "functions"


class Fixture:
    """A callback in each language.

    code     its code in each language
    library  its library in each language
    serves   whether it can; some are broken on purpose
    """

    def __init__(self, path, code, method="ANY", serves=True, library=None, **fields):
        self.path, self.method, self.code = path, method, code
        self.library, self.serves, self.fields = library or {}, serves, fields

    @property
    def root(self):
        """What its paths begin with."""
        return self.path.partition("{")[0].rstrip("/") + "/"

    def of(self, language):
        """What it is registered with."""
        return dict(self.fields, type=language, method=self.method, code=self.code[language],
                    library=self.library.get(language))


def source(python, node):
    files = {"python": FUNCTIONS / python, "node": FUNCTIONS / node}
    return {language: file.read_text("utf-8") for language, file in files.items()}


def library(six, is_number):
    return {"python": "six==" + six, "node": {"dependencies": {"is-number": is_number}}}


def broken(name, python, node):
    code = {"python": python + "\n", "node": node + "\n"}
    return Fixture("broken/" + name, code, serves=False, env={"SECRET": "hidden-value-17"})


MAIN = source("main.py", "main.js")
LIBRARY = source("library.py", "library.js")
ENV = {"GREETING": "grüße", "EMPTY": "", "SECRET": "hidden-value-17", "SHORT": "seven77"}

FIXTURES = {
    "main": Fixture("main/{kind}/{rest*}", MAIN, env=ENV),
    "trouble": Fixture("main/trouble/{kind}", MAIN, env=ENV, timeout_seconds=2, memory_mb=128),
    "narrow": Fixture("main/trouble/narrow", MAIN, method="GET", concurrency=1),
    "env": Fixture("env", MAIN, method="GET", env=ENV),
    "together": Fixture("together", source("together.py", "together.mjs")),
    "older": Fixture("older", LIBRARY, library=library("1.15.0", "6.0.0")),
    "newer": Fixture("newer", LIBRARY, library=library("1.16.0", "7.0.0")),
    "moving": Fixture("moving", LIBRARY, library=library("1.16.0", "7.0.0")),
    "missing-module": broken("missing-module", "import surely_not_there", "require('surely-not-there');"),
    "syntax-error": broken("syntax-error", "def handler(event)", "exports.handler = async ( => 1;"),
    "no-handler": broken("no-handler", "def handle(event): return 1", "exports.handle = async () => 1;"),
    "raises": broken("raises", "import os\nclass Unready(Exception): pass\nraise Unready('with ' + os.environ['SECRET'])",
                     "class Unready extends Error { name = 'Unready' }\nthrow new Unready('with ' + process.env.SECRET);"),
    "unknown-package": Fixture("broken/unknown-package", LIBRARY, serves=False, library={
        "python": "no-such-package-here-at-all==1.0",
        "node": {"dependencies": {"no-such-package-here-at-all-7": "1.0.0"}}}),
    "unknown-version": Fixture("broken/unknown-version", LIBRARY, serves=False, library=library("99.99", "99.99.99")),
}
