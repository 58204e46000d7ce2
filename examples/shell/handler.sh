#!/bin/sh
# A function as a shell script: the event is on stdin, the answer goes to stdout, and stderr is the log.
event=$(cat)
echo "the event has ${#event} characters; the deadline is $BARELAMBDA_DEADLINE_MS" >&2

case $event in
    *'"fail"'*)
        # An error with a type of its own. Without this line it would be Function.ExitStatus, with what stands on stderr.
        echo '!Function.AskedFor the event asked for an error'
        exit 1
        ;;
    *)
        printf '{"received":%s}\n' "${event:-null}"
        ;;
esac
