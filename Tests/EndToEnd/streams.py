"""Whoever watches a work queue."""
import threading
import time

import requests

EVENTS = {"Accept": "text/event-stream"}


class Stream:
    """A reader of events on a thread of its own."""

    def __init__(self, url, jar, **headers):
        self.answer = requests.get(url + "/queue/events", cookies=jar, headers={**EVENTS, **headers}, stream=True, timeout=60)
        self.text, self.ended = "", False
        if self.answer.status_code == 200: threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for part in self.answer.iter_content(None): self.text += part.decode()
        except requests.RequestException:
            pass
        self.ended = True

    def wait(self, condition, seconds=20):
        until = time.time() + seconds
        while time.time() < until:
            if condition(self): return True
            time.sleep(0.05)
        return False
