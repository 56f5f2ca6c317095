"""What the shim is told by its environment and by the first line of its standard input."""
import json
import os

BASICS = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
TOLD = ("CALLBACK_ID", "REVISION", "FUNCTION_NAME", "MEMORY_MB")
MAX_CONFIG = 1 << 20


class Config:
    """All of it; numbers are numbers, times seconds, sizes bytes."""

    def __init__(self, environ):
        get = lambda name, default="": environ.get("CALLBACKS_" + name, default)
        self.host = get("HOST", "127.0.0.1")
        self.port = int(get("PORT", "0"))
        self.function = os.path.abspath(get("FUNCTION", "."))
        self.library = get("LIBRARY")
        self.instance = get("INSTANCE")
        self.callback_id = get("CALLBACK_ID")
        self.revision = get("REVISION", "0")
        self.function_name = get("FUNCTION_NAME")
        self.timeout = float(get("TIMEOUT_SECONDS", "30"))
        self.startup_timeout = float(get("STARTUP_TIMEOUT_SECONDS", "60"))
        self.concurrency = int(get("CONCURRENCY", "10"))
        self.memory_mb = int(get("MEMORY_MB", "256"))
        self.max_body = int(get("MAX_BODY_BYTES", str(6 << 20)))
        self.config_file = get("CONFIG_FILE")
        self.generation = int(get("GENERATION", "0"))
        self.basics = {name: environ[name] for name in BASICS if name in environ}
        self.basics.setdefault("LANG", "C.UTF-8")
        self.told = {"CALLBACKS_" + name: get(name) for name in TOLD if get(name)}
        self.token = ""
        self.env = {}
        self.env_version = 0

    def take_line(self, line):
        """Takes in the configuration line; ValueError if it is none."""
        told = json.loads(line.decode("utf-8"))
        if not isinstance(told["token"], str) or not told["token"]:
            raise ValueError("the token must be a string")
        self.token = told["token"]
        self.env = checked_env(told["env"])
        self.env_version = int(told["env_version"])
        self.generation = int(told.get("generation", self.generation))

    def worker_environ(self, env, version):
        """The whole environment of a worker."""
        environ = dict(self.basics)
        environ.update((name, "1") for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"))
        environ.update(env)
        environ.update(self.told)
        environ["CALLBACKS_ENV_VERSION"] = str(version)
        return environ


def checked_env(env):
    if not isinstance(env, dict) or not all(
        isinstance(name, str) and isinstance(value, str) and "\0" not in name + value and name and "=" not in name
        for name, value in env.items()
    ):
        raise ValueError("env must be an object of strings")
    "".join([*env, *env.values()]).encode("utf-8")  # half of a surrogate pair is no text
    return env


def read_line(config):
    """The configuration line, from the file that is named or from standard input."""
    if config.config_file:
        with open(config.config_file, "rb") as file:
            return file.read(MAX_CONFIG + 1)
    line = bytearray()
    while b"\n" not in line:
        part = os.read(0, 65536)
        if not part or len(line) > MAX_CONFIG:
            raise ValueError("standard input must begin with a line of JSON, at most 1 MiB")
        line += part
    return bytes(line.partition(b"\n")[0])
