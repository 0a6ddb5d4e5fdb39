"""Rounds of deploy/bench daemons: each arrangement in turn, so that a busy machine is busy for all of them."""
import argparse
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import time
import urllib.request

# Name, daemons, and whether HAProxy stands before them. The first is the unit. deploy/haproxy.cfg knows two servers at the least: where
# there is one daemon, both are it.
WAYS = [("one daemon", 1, False), ("one behind HAProxy", 1, True), ("two behind HAProxy", 2, True), ("three behind HAProxy", 3, True)]
SCRIPT = """local people = {{ {people} }}
local turn = math.random(#people)
request = function()
  turn = turn % #people + 1
  return wrk.format("GET", "/api/v1/learners/" .. people[turn] .. "/eligibility?purpose=titlePromotion", {{ ["Authorization"] = "Bearer {token}" }})
end
"""


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--psql", "--folder", "--balancer"): parser.add_argument(name, required=True)
    for name in ("--learners", "--rounds", "--seconds", "--connections"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def begin(command, **environment):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment})


def wait_for(url):
    for _ in range(600):
        try:
            if urllib.request.urlopen(url + "/readyz", timeout=5).status == 200: return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} did not become ready")


class Arrangement:
    def __init__(self, asked, count, is_balanced):
        ports = [free_port() for _ in range(count)]
        self.running = [begin([asked.program, "serve"], CEREGISTRY_PORT=str(port)) for port in ports]
        for port in ports: wait_for(f"http://127.0.0.1:{port}")
        self.url = f"http://127.0.0.1:{ports[0]}"
        if is_balanced:
            places = {f"REGISTER_DAEMON_{number}": f"127.0.0.1:{port}" for number, port in enumerate(ports if count > 1 else ports * 2, 1)}
            port = free_port()
            self.url = f"http://127.0.0.1:{port}"
            self.running.append(begin(["haproxy", "-db", "-f", asked.balancer], REGISTER_ADDRESS=f"127.0.0.1:{port}", **places))
            wait_for(self.url)

    def close(self):
        for process in self.running: process.terminate()
        for process in self.running: process.wait(60)


def sign_in(url):
    body = json.dumps({"username": "clerk-city", "password": "demo-clerk-city-2018"}).encode()
    request = urllib.request.Request(url + "/api/v1/sessions", body, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=60))["token"]


def wrk(asked, url, script, seconds):
    """Requests a second; an answer that is not the verdict ends the bench."""
    output = subprocess.run(["wrk", "-t", "1", "-c", str(asked.connections), "-d", f"{seconds}s", "-s", str(script), url], check=True,
                            capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output: raise SystemExit(output)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))


def main():
    asked = parse()
    people = subprocess.run([asked.psql, os.environ["DATABASE_URL"], "-qAtX", "-c", "SELECT id FROM learners WHERE merged_into IS NULL ORDER BY md5(id::text) LIMIT 2000"],
                            check=True, capture_output=True, text=True).stdout.split()
    rates = {name: [] for name, _, _ in WAYS}
    script = pathlib.Path(asked.folder) / "verdicts.lua"
    for _ in range(asked.rounds):
        for name, count, is_balanced in WAYS:
            arrangement = Arrangement(asked, count, is_balanced)
            try:
                words = ", ".join(json.dumps(one) for one in people)
                script.write_text(SCRIPT.format(people=words, token=sign_in(arrangement.url)))
                wrk(asked, arrangement.url, script, 2)
                rates[name].append(wrk(asked, arrangement.url, script, asked.seconds))
            finally:
                arrangement.close()
    unit = rates[WAYS[0][0]]
    ratios = {name: [rate / one for rate, one in zip(found, unit)] for name, found in rates.items()}
    result = {"learners": asked.learners, "rounds": asked.rounds, "seconds": asked.seconds, "connections": asked.connections, "cores": os.cpu_count(),
              "requestsASecond": round(statistics.median(unit)), "ratiosToOneDaemon": {
                  name: {"median": round(statistics.median(found), 2), "least": round(min(found), 2), "most": round(max(found), 2)} for name, found in ratios.items()}}
    if asked.json: return print(json.dumps(result, indent=2))
    print(f"{asked.learners} learners, {asked.rounds} rounds of {asked.seconds} s, {asked.connections} connections, {os.cpu_count()} cores shared by all; verdicts a second "
          f"in units of one daemon without HAProxy ({result['requestsASecond']})")
    for name, ratio in result["ratiosToOneDaemon"].items(): print(f"  {name:22} {ratio['median']:5.2f}   ({ratio['least']:.2f} to {ratio['most']:.2f})")


main()
