#!/usr/bin/env python3
"""A function as a program that answers a line with a line: it starts once, and keeps its state."""

import json
import sys

count = 0

for line in sys.stdin:
    count += 1
    event = json.loads(line)
    name = event.get("name", "world") if isinstance(event, dict) else None
    if isinstance(name, str):
        answer = json.dumps({"greeting": f"hello, {name}", "invocation": count})
    else:
        # An error, of a type of its own. An exception would end the program: an error too, and a new start for the next event.
        answer = "!Function.BadEvent the event is no object with a name that is text"
    print(f"answering invocation {count}", file=sys.stderr, flush=True)
    # Without the flush the line would wait for others, and the invocation with it.
    print(answer, flush=True)
