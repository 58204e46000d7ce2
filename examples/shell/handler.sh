#!/bin/sh
# A function in the shell, run by `exec` for each event: the event is on stdin, stdout is the answer, and stderr the log. README.md says more.
set -eu

event=$(cat)
echo "an event of ${#event} characters" >&2

case $event in
*'"fail"'*)
    # A type and a message for the caller. With a plain `exit 1` they would be the status and the last lines of the log.
    echo '!Function.AskedFor the event asked for an error'
    exit 1
    ;;
esac

printf '{"requestId":"%s","event":%s}\n' "$BARELAMBDA_REQUEST_ID" "$event"
