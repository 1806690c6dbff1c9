"""What the benches share: servers on loopback that end with the bench, load, and what it cost.

Every server has a folder and a port of its own, and is told to end when the bench does, however that
ends. What is compared is pinned alike: the server to core 0, the client to core 1, so that requests
a CPU second of the server say what a request costs it, whatever else the machine does.
"""

import contextlib
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = 0, 1
# With so many others who want to run on each core, figures say more of them than of the servers.
ABSURD_LOAD = 8.0 * os.cpu_count()
# Debian keeps servers where only root looks.
os.environ["PATH"] += ":/usr/sbin:/sbin"


class Machine(contextlib.ExitStack):
    """A folder and processes, until the `with` ends."""

    def __init__(self):
        super().__init__()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
        self.folder = pathlib.Path(self.enter_context(
            tempfile.TemporaryDirectory(prefix="masthead-bench-", ignore_cleanup_errors=True)))
        # PostgreSQL runs as a user of its own.
        self.folder.chmod(0o755)

    def place(self, name):
        place = self.folder / name
        place.mkdir()
        return place

    def start(self, name, command, core=None, **options):
        """A process that is stopped with the bench. Without a core it may run on any."""
        pin = ["taskset", "-c", str(core)] if core is not None else []
        with open(self.folder / f"{name}.log", "ab") as log:
            options = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log} | options
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig=TERM", *pin, *map(str, command)], **options)
        self.callback(stop, process)
        return process

    def masthead(self, binary, name, core=None, **config):
        """An instance with this configuration: keys in the manner of the environment."""
        place, port = self.folder / name, free_port()
        place.mkdir(exist_ok=True)
        settings = {
            "DATABASE__URL": f"sqlite:{place}/masthead.db", "MEDIA__DIR": f"{place}/media",
            "LOG__FILTER": "warn",
        } | {key.upper(): str(value) for key, value in config.items()}
        environment = os.environ | {f"MASTHEAD_{key}": value for key, value in settings.items()}
        if core is not None:
            environment["TOKIO_WORKER_THREADS"] = "1"
        process = self.start(name, [binary, "serve", "--listen", f"127.0.0.1:{port}"], core,
                             env=environment, cwd=place)
        return self.when_ready(Server(name, process, port))

    def redis(self, core=None):
        place, port = self.place("redis"), free_port()
        process = self.start("redis", [
            "redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", place, "--save", "",
            "--appendonly", "no"], core)
        return self.when_ready(Server("redis", process, port))

    def postgres(self):
        """A PostgreSQL without fsync, and the address of an empty database in it."""
        place, port = self.place("postgres"), free_port()
        bins = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        if not bins:
            sys.exit("PostgreSQL is not installed (Debian: apt-get install postgresql)")
        script = ROOT / "tests/all/support/postgres.sh"
        # It lives as long as its standard input.
        self.start("postgres", ["sh", script, bins[-1], place, port, "remove"], stdin=subprocess.PIPE)
        url = f"postgres://app@127.0.0.1:{port}"
        psql = ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d"]
        for _ in range(600):
            made = subprocess.run([*psql, f"{url}/postgres", "-c", "create database bench"],
                                  capture_output=True, check=False)
            if made.returncode == 0:
                return Postgres(psql, f"{url}/bench")
            time.sleep(0.1)
        sys.exit(f"PostgreSQL does not start: {made.stderr.decode()}")

    def when_ready(self, server):
        """The server, as soon as it listens."""
        for _ in range(3000):
            if server.process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port)):
                return server
            time.sleep(0.01)
        log = (self.folder / f"{server.name}.log").read_text(errors="replace")
        sys.exit(f"{server.name} does not start:\n{log}")


class Postgres:
    """A database, and a hand at it."""

    def __init__(self, psql, url):
        self.psql, self.url = psql, url

    def run(self, sql):
        return subprocess.run([*self.psql, self.url, "-c", sql], check=True, capture_output=True,
                              text=True).stdout.strip()


class Server:
    """A process that listens."""

    def __init__(self, name, process, port):
        self.name, self.process, self.port = name, process, port

    def cpu_s(self):
        """The CPU seconds of the process and its children so far."""
        return sum(ticks(pid) for pid in family(self.process.pid)) / TICKS

    def get(self, path, headers=None):
        """Status, fields and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def figures(self):
        """What `/metrics` says: a number for each name with its labels."""
        lines = self.get("/metrics")[2].decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


def wrk(port, path="/", seconds=3, connections=64, headers=None, script=None, core=CLIENT_CORE):
    """Asks for a page over and over; gives how many answers came, and how many of them were errors."""
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    for field, value in (headers or {}).items():
        command += ["-H", f"{field}: {value}"]
    if script:
        command += ["-s", str(script)]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True,
                          check=True).stdout
    errors = [int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", done)]
    for line in re.findall(r"Socket errors: (.*)", done):
        errors += map(int, re.findall(r"\d+", line))
    return int(re.search(r"(\d+) requests in", done)[1]), sum(errors)


def total(figures, name, **labels):
    """The sum of the figures of a name that have these labels."""
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    return sum(value for key, value in figures.items()
               if key.split("{")[0] == name and all(label in key for label in wanted))


def build(target):
    """The folder of a release build of a target. One at a time: an example brings the features of the
    tests with it, which the program itself is not to be measured with."""
    subprocess.run(["cargo", "build", "--release", target], cwd=ROOT, check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


def needs(*programs):
    """Ends the bench where a program is not installed."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        sys.exit(f"not installed (Debian: apt-get install): {', '.join(missing)}")


def print_load(when):
    """Says how much the machine has to do; gives whether that leaves room for a bench."""
    load = os.getloadavg()[0]
    print(f"Load {when}: {load:.1f} on {os.cpu_count()} cores.", flush=True)
    return load < ABSURD_LOAD


def print_table(head, rows):
    """A table as Markdown has it; the first column is text, the others are figures."""
    print(f"\n| {' | '.join(head)} |\n|---|{'--:|' * (len(head) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def percentile(values, part):
    """The value that this part of all does not exceed."""
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop(process):
    if process.stdin:
        process.stdin.close()
    else:
        process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def family(pid):
    """A process and its descendants."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])

