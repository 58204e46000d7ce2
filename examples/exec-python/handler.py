#!/usr/bin/env python3
"""A function in Python that starts once.

Each event is a line on stdin, and its response is a line on stdout. README.md has the details.
"""

import json
import sys

count = 0


def handle(event):
    """Greets, and counts events in a variable that persists."""
    global count
    count += 1
    print(f"event number {count}", file=sys.stderr, flush=True)
    return {"greeting": f"Hello, {event['name']}!", "count": count}


for line in sys.stdin:
    try:
        answer = json.dumps(handle(json.loads(line)))
    except Exception as error:
        # Only this event fails, and the process continues. The error is one line, too.
        answer = f"!Function.{type(error).__name__} {error}".replace("\n", " ")
    print(answer, flush=True)
