#!/bin/sh
# Runs a program of Windows. It writes to a file: into a pipe, Node.js under Wine
# writes nothing.
output=$(mktemp)
trap 'rm -f "$output"' EXIT
/usr/lib/wine/wine64 "$@" > "$output" 2>&1 < /dev/null
status=$?
cat "$output"
exit "$status"
