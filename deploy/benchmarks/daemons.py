"""Rounds of deploy/bench daemons: each arrangement in turn, so that a busy machine is busy for all of them."""
import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "table-programs"))

from city import City  # noqa: E402

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
    for name in ("--program", "--bin", "--folder", "--balancer"): parser.add_argument(name, required=True)
    for name in ("--port", "--learners", "--rounds", "--seconds", "--connections"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url):
    for _ in range(600):
        try:
            if urllib.request.urlopen(url + "/readyz", timeout=5).status == 200: return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} did not become ready")


class Arrangement:
    """As many daemons of the city, which is asked where HAProxy listens if it stands before them."""

    def __init__(self, city, count, is_balanced):
        self.city, self.balancer = city, None
        daemons = [city.start() for _ in range(count)]
        city.url = daemons[0][1]
        if is_balanced:
            places = {f"REGISTER_DAEMON_{number}": url.removeprefix("http://") for number, (_, url) in enumerate(daemons if count > 1 else daemons * 2, 1)}
            address = f"127.0.0.1:{free_port()}"
            city.url = f"http://{address}"
            self.balancer = subprocess.Popen(["haproxy", "-db", "-f", city.asked.balancer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                             stderr=subprocess.DEVNULL, env={**os.environ, "REGISTER_ADDRESS": address, **places})
        wait_for(city.url)

    def close(self):
        if self.balancer:
            self.balancer.terminate()
            self.balancer.wait(60)
        self.city.stop()


def main():
    asked = parse()
    city = City(asked)
    people = city.psql("SELECT id FROM learners WHERE merged_into IS NULL ORDER BY md5(id::text) LIMIT 2000").split()
    rates = {name: [] for name, _, _ in WAYS}
    for _ in range(asked.rounds):
        for name, count, is_balanced in WAYS:
            arrangement = Arrangement(city, count, is_balanced)
            try:
                script = SCRIPT.format(people=", ".join(json.dumps(one) for one in people), token=city.sign_in("clerk-city"))
                rate = lambda seconds: city.wrk(script, seconds, clients=asked.connections, wrong="Non-2xx or 3xx responses|Socket errors")
                rate(2)
                rates[name].append(rate(asked.seconds))
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
