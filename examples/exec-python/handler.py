#!/usr/bin/env python3
"""A function in Python, started once: each event is a line on stdin, and its answer a line on stdout. README.md says more."""

import json
import sys

count = 0


def handle(event):
    """Greets, and counts: what is kept in variables stays for the next event."""
    global count
    count += 1
    print(f"event number {count}", file=sys.stderr, flush=True)
    return {"greeting": f"Hello, {event['name']}!", "count": count}


for line in sys.stdin:
    try:
        answer = json.dumps(handle(json.loads(line)))
    except Exception as error:
        # An error of this event alone; the process goes on. It is one line, too.
        answer = f"!Function.{type(error).__name__} {error}".replace("\n", " ")
    print(answer, flush=True)
