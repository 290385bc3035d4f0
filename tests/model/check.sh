#!/bin/sh
# Checks the models with spin: the old scheme must lose a task, the new one must not.
# usage: tests/model/check.sh BUILD_FOLDER
set -eu
model=$(cd "$(dirname "$0")" && pwd)/fork_migrate.pml
command -v spin >/dev/null || { echo "spin is missing: apt-get install spin" >&2; exit 1; }
mkdir -p "$1"
cd "$1"

# errors OPTIONS: how many errors spin finds.
errors() {
	spin "$@" -a "$model"
	cc -O1 -w -o pan pan.c
	./pan -m100000 | sed -n 's/.*errors: \([0-9]*\).*/\1/p'
}

old=$(errors -DOLD)
new=$(errors)
echo "fork_migrate: the old scheme $old error(s), the new one $new"
[ "$old" -gt 0 ] && [ "$new" -eq 0 ]
