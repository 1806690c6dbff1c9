"""Readers who never stop asking, and what they were answered."""

import collections
import http.client
import threading
import time

PAGES = ("/", "/welcome/")


class Readers:
    """Some threads, each with a connection that is kept, for as long as a `with` lasts.

    An address with a query that nobody has asked for is one that Varnish does not have, so that every
    request but each tenth reaches an instance.
    """

    def __init__(self, port, readers=8):
        self.port = port
        self.answers = collections.Counter()
        self.failures = []
        self.slowest = 0.0
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(reader,)) for reader in range(readers)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _read(self, reader):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        asked = 0
        while not self._ended.is_set():
            asked += 1
            page = PAGES[asked % len(PAGES)]
            if asked % 10:
                page += f"?reader={reader}-{time.monotonic_ns()}"
            begun = time.monotonic()
            try:
                connection.request("GET", page)
                answer = connection.getresponse()
                answer.read()
                self.answers[answer.status] += 1
                if answer.status != 200:
                    self.failures.append(f"{page}: {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                self.answers["lost"] += 1
                self.failures.append(f"{page}: {error!r}")
                connection.close()
            self.slowest = max(self.slowest, time.monotonic() - begun)
            time.sleep(0.01)
