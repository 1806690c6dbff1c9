"""A Docker engine of one's own, for as long as a `with` lasts, and nothing of it afterwards.

Where an engine answers already, that one is used and left alone. Else one is started, which needs root:
its images and layers lie in a folder that is kept for the next time, everything else of it goes. dockerd
leaves bridges, rules of the firewall and forwarding behind when it ends; what was not there before is
removed.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

PATIENCE_S = 60
FORWARDING = pathlib.Path("/proc/sys/net/ipv4/ip_forward")
TABLES = ("filter", "nat")


def output(*command):
    """What a command says; nothing if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


@contextlib.contextmanager
def engine(folder):
    """The environment in which `docker` and `docker-compose` find an engine."""
    if output("docker", "info", "--format", "{{.ServerVersion}}").strip():
        yield dict(os.environ)
        return
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        sys.exit("No Docker engine answers, and none can be started (as root; Debian: docker.io).")
    before = Network()
    folder.mkdir(parents=True, exist_ok=True)
    # The path of a socket is at most 107 bytes long.
    run = pathlib.Path(output("mktemp", "-d", "/run/masthead-trial-XXXXXX").strip())
    address = f"unix://{run}/socket"
    with open(folder / "dockerd.log", "wb") as log:
        process = subprocess.Popen(
            ["dockerd", "--data-root", folder / "data", "--exec-root", run / "exec", "--host", address,
             "--pidfile", run / "pid", "--bip", "10.222.0.1/24"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    environment = os.environ | {"DOCKER_HOST": address}
    try:
        deadline = time.monotonic() + PATIENCE_S
        while subprocess.run(["docker", "info"], env=environment, capture_output=True,
                             check=False).returncode:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"dockerd does not start: see {folder}/dockerd.log")
            time.sleep(0.2)
        yield environment
    finally:
        process.terminate()
        process.wait()
        before.restore()
        shutil.rmtree(run, ignore_errors=True)


class Network:
    """What of the network dockerd changes, as it was."""

    def __init__(self):
        self.forwarding = FORWARDING.read_text()
        self.bridges = self._bridges()
        self.rules = {table: self._rules(table) for table in TABLES}

    @staticmethod
    def _bridges():
        lines = output("ip", "-oneline", "link", "show", "type", "bridge").splitlines()
        return {line.split(": ")[1].split("@")[0] for line in lines}

    @staticmethod
    def _rules(table):
        return output("iptables", "-t", table, "-S").splitlines()

    def restore(self):
        """Takes away what has come since, and nothing else."""
        for bridge in self._bridges() - self.bridges:
            output("ip", "link", "delete", bridge)
        for table, before in self.rules.items():
            new = [rule for rule in self._rules(table) if rule not in before]
            rules = [["-D", *rule.split()[1:]] for rule in new if rule.startswith("-A ")]
            chains = [rule.split()[1] for rule in new if rule.startswith("-N ")]
            policies = [rule.split() for rule in before if rule.startswith("-P ")]
            for change in [*rules, *(["-F", chain] for chain in chains),
                           *(["-X", chain] for chain in chains), *policies]:
                output("iptables", "-t", table, *change)
        FORWARDING.write_text(self.forwarding)
