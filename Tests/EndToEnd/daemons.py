"""Several daemons of one register behind Debian's HAProxy, set up by deploy/haproxy.cfg."""
import contextlib
import os
import subprocess
import time

import requests

from cluster import free_port
from registry import ROOT, Registry


class Daemons(Registry):
    """A register that `count` daemons serve; its address is the balancer's."""

    def __init__(self, count, **keywords):
        super().__init__(**keywords)
        self.count, self.daemons, self.balancer = count, [], None

    def start(self, clock=None):
        if clock: self.clock = clock
        begun = [(name, self.begin(name)) for name in (f"daemon-{number}" for number in range(1, self.count + 1))]
        self.daemons = [self.launched(name, process) for name, process in begun]
        self.process, port = self.daemons[0][0], free_port()
        self.url = f"http://127.0.0.1:{port}"
        places = {f"REGISTER_DAEMON_{number}": url.removeprefix("http://") for number, (_, url) in enumerate(self.daemons, 1)}
        with open(self.folder / "haproxy.log", "ab") as log:
            self.balancer = subprocess.Popen(["haproxy", "-db", "-f", str(ROOT / "deploy/haproxy.cfg")], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             env={**os.environ, "REGISTER_ADDRESS": f"127.0.0.1:{port}", **places})
        self.wait_until_ready(20)
        return self

    def move_to(self, clock):
        if clock != self.clock: self.stop(kill=True)
        super().move_to(clock)

    def url_of(self, number):
        """Past the balancer."""
        return self.daemons[number - 1][1]

    def kill(self, number):
        self.daemons[number - 1][0].kill()
        self.daemons[number - 1][0].wait(60)

    def revive(self, number):
        """On the port that the balancer knows."""
        process, url = self.daemons[number - 1]
        assert process.poll() is not None
        self.daemons[number - 1] = self.launch(f"daemon-{number}", CEREGISTRY_PORT=url.rsplit(":", 1)[1])

    def stop(self, kill=False):
        # Told at the same time, waited for one after the other.
        running = [process for process, _ in self.daemons if process.poll() is None] + ([self.balancer] if self.balancer else [])
        for process in running: process.kill() if kill or process is self.balancer else process.terminate()
        for process in running: process.wait(60)
        self.daemons, self.balancer, self.process = [], None, None

    def answered(self):
        """How many requests each daemon has answered, health checks apart."""
        counts = []
        for _, url in self.daemons:
            lines = [line for line in requests.get(url + "/metrics", timeout=30).text.splitlines() if line.startswith("ceregistry_http_requests_total{")]
            counts.append(sum(float(line.rsplit(" ", 1)[1]) for line in lines if "/readyz" not in line and "/metrics" not in line))
        return counts


@contextlib.contextmanager
def at(registry, url):
    """A register whose address is another for a while."""
    usual, registry.url = registry.url, url
    try:
        yield registry
    finally:
        registry.url = usual


def eventually(condition, seconds=20):
    until = time.time() + seconds
    while time.time() < until:
        if value := condition(): return value
        time.sleep(0.05)
    return None
