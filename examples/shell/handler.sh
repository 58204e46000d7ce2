#!/bin/sh
# A function in the shell, which `exec` runs for each event: the event is on stdin, stdout is the
# response, and stderr is the log. README.md has the details.
set -eu

event=$(cat)
echo "an event of ${#event} characters" >&2

case $event in
*'"fail"'*)
    # Sets the error's type and message. With a plain `exit 1` they would be the status and the last
    # lines of the log.
    echo '!Function.AskedFor the event asked for an error'
    exit 1
    ;;
esac

printf '{"requestId":"%s","event":%s}\n' "$BARELAMBDA_REQUEST_ID" "$event"
