#!/usr/bin/env python3
"""The conformance suite's function, with a line for each event.

An event that isn't JSON is an error. The response to an unknown event is the event.
"""

import json
import os
import sys
import time

for line in sys.stdin.buffer:
    line = line[:-1]
    try:
        event = json.loads(line)
    except ValueError:
        line = b"!Function.NoJson the event isn't JSON"
        event = None
    if event == "conformance:error":
        line = b"!Function.AskedFor the event asked for an error"
    elif event == "conformance:panic":
        print("the event asked for a panic", file=sys.stderr, flush=True)
        os.abort()
    elif event == "conformance:slow":
        time.sleep(1)
    elif event == "conformance:large":
        line = b'"' + b"x" * 6291557 + b'"'
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
