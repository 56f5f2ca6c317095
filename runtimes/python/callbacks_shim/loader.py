"""Imports the handler, with nothing of the machine in reach but the standard library."""
import importlib
import inspect
import os
import site
import sys
import traceback

MODULE = "function"
LONGEST_TRACE = 8 << 10
HOME = os.path.dirname(os.path.abspath(__file__))
OURS = (HOME + os.sep, os.path.dirname(importlib.__file__) + os.sep, "<frozen importlib")


class LoadError(Exception):
    """The handler cannot be loaded; has what users are told."""

    def __init__(self, kind, message, package=None, trace=""):
        super().__init__(message)
        self.kind, self.message, self.package, self.trace = kind, message, package, trace

    def told(self):
        return {"class": self.kind, "message": self.message[:2000], "package": self.package, "log_tail": self.trace}


class Handler:
    """The function, and how it wants to be called."""

    def __init__(self, function):
        self.function = function
        self.is_async = any(map(inspect.iscoroutinefunction, (function, function.__call__)))
        try:
            parameters = [
                parameter
                for parameter in inspect.signature(function).parameters.values()
                if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD, parameter.VAR_POSITIONAL)
            ]
        except (TypeError, ValueError):
            parameters = [None, None]
        wants_all = any(parameter is not None and parameter.kind == parameter.VAR_POSITIONAL for parameter in parameters)
        self.takes_context = wants_all or len(parameters) >= 2

    def __call__(self, event, context):
        return self.function(event, context) if self.takes_context else self.function(event)


def prepare_path(function, library):
    """What can be imported from now on: the standard library, the function, its library."""
    standard = [entry for entry in sys.path if entry and os.path.abspath(entry) != os.path.dirname(HOME)]
    sys.path[:] = [function] + standard
    if library:
        site.addsitedir(library)


def load():
    """The handler; LoadError if there is none."""
    try:
        module = importlib.import_module(MODULE)
    except BaseException as error:
        raise load_error(error) from None
    function = getattr(module, "handler", None)
    if function is None:
        raise LoadError("HandlerNotFound", "the code defines no function named 'handler'")
    if not callable(function):
        raise LoadError("HandlerNotFound", "'handler' is a %s, not a function" % type(function).__name__)
    return Handler(function)


def load_error(error):
    package = None
    if isinstance(error, ModuleNotFoundError) and error.name and error.name != MODULE:
        package = error.name.partition(".")[0]
    return LoadError(type(error).__name__, str(error) or type(error).__name__, package, trace_of(error))


def trace_of(error):
    """The trace, with causes, without our own frames and those of the import system."""
    told = traceback.TracebackException(type(error), error, error.__traceback__)
    cut_frames(told)
    whole = "".join(told.format()).encode("utf-8", "replace")
    return whole[-LONGEST_TRACE:].decode("utf-8", "ignore")


def cut_frames(told):
    while told is not None:
        told.stack[:] = [frame for frame in told.stack if not frame.filename.startswith(OURS)]
        if told.__cause__ is not None and told.__context__ is not None:
            cut_frames(told.__context__)
        told = told.__cause__ or told.__context__
