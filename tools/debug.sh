#!/bin/sh
# debug.sh KERNEL INITRD APPEND QEMU...: a machine that waits for gdb on a free port, and gdb with
# the kernel's own commands and what GDBFLAGS adds, for scripts.  Its console is a socket beside the
# kernel, or CONSOLE, which tools/console.py shows; what it says is written into console.log there.
set -eu
kernel=$1 initrd=$2 append=$3 console=${CONSOLE-${1%/*}/console}
shift 3
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
rm -f "$console"
# Ctrl-C is meant for gdb alone; but when the terminal is closed the machine ends, for which gdb
# waits while it runs.
(
	trap 'kill $!' HUP TERM
	setsid "$@" -S -gdb tcp:127.0.0.1:"$port" -kernel "$kernel" -initrd "$initrd" \
		-chardev socket,id=console,path="$console",server=on,wait=off,logfile="$console.log" \
		-serial chardev:console -append "console=ttyS0 $append" </dev/null &
	wait
) &
machine=$!
trap 'kill $machine 2>/dev/null; rm -f "$console"' EXIT
until [ -S "$console" ]; do
	kill -0 "$machine" 2>/dev/null || exit 1
	sleep 0.1
done
echo "The machine waits. In another terminal make console shows its console, and another debugger is"
echo "    gdb $kernel -ex 'target remote 127.0.0.1:$port'"
# shellcheck disable=SC2086
gdb -q "$kernel" -x "${0%/*}/gdb/corral.py" -ex "target remote 127.0.0.1:$port" -ex 'hbreak kernel_main' ${GDBFLAGS-}
