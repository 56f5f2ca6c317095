"""The languages a shim exists for, and what is needed to run one."""
import os
import shutil

RUNTIMES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FUNCTIONS = os.path.join(RUNTIMES, "conformance", "functions")


class Runtime:
    """A language: its interpreter, its shim, its functions."""

    def __init__(self, name, interpreter, options, main, endings):
        self.name, self.endings = name, endings
        self.interpreter = shutil.which(interpreter)
        self.main = os.path.join(RUNTIMES, name, main)
        self.options = options
        self.wanted = interpreter

    @property
    def missing(self):
        """Why nothing can be run, or None."""
        if not os.path.exists(self.main):
            return "there is no runtimes/%s/%s" % (self.name, os.path.basename(self.main))
        if not self.interpreter:
            return "%s is not installed" % self.wanted
        return None

    @property
    def command(self):
        return [self.interpreter, *self.options, self.main]

    def has(self, function):
        return any(os.path.exists(self._source(function, ending)) for ending in self.endings)

    def write_function(self, function, directory, asynchronous):
        """Puts the function of this name into a directory; ``asynchronous`` makes its handler async."""
        for ending in self.endings:
            source = self._source(function, ending)
            if os.path.exists(source):
                target = os.path.join(directory, "function" + ending)
                shutil.copyfile(source, target)
                if asynchronous:
                    with open(target, "a", encoding="utf-8") as file:
                        file.write(AS_ASYNC)
                return
        raise LookupError("%s has no function %r" % (self.name, function))

    @staticmethod
    def _source(function, ending):
        return os.path.join(FUNCTIONS, function + ending)


AS_ASYNC = """

synchronous = handler


async def handler(event, context):
    return synchronous(*(event, context)[: synchronous.__code__.co_argcount])
"""


def runtimes(python="python3", node="node"):
    return [
        Runtime("python", python, ["-I", "-S", "-B"], "main.py", [".py"]),
        Runtime("node", node, [], "main.js", [".js", ".mjs", ".cjs"]),
    ]
