#!/usr/bin/env -S python3 -S
"""What the conformance suite's README asks of a handler, as far as a program can do it that gets its events as lines."""

import sys
import time


def main():
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(answer(line.removesuffix(b"\n")) + b"\n")
        sys.stdout.buffer.flush()


def answer(event):
    match event:
        case b'"conformance:error"':
            return b"!Function.AskedFor the event asked for an error"
        case b'"conformance:panic"':
            raise RuntimeError("the event asked for a panic")
        case b'"conformance:large"':
            return b'"' + b"x" * 6_291_555 + b'"'
        case b'"conformance:slow"':
            time.sleep(1)
    return event


main()
