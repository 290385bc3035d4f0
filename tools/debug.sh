#!/bin/sh
# debug.sh KERNEL INITRD APPEND QEMU...: a machine that waits for gdb on a free port, and gdb with
# the kernel's own commands and what GDBFLAGS adds, for scripts.
set -eu
kernel=$1 initrd=$2 append=$3
shift 3
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
console=${kernel%/*}/console.log
"$@" -S -gdb tcp:127.0.0.1:"$port" -serial file:"$console" -kernel "$kernel" -initrd "$initrd" \
	-append "console=ttyS0 $append" &
machine=$!
trap 'kill $machine 2>/dev/null' EXIT
echo "The machine waits. Its console is $console; another debugger connects with:"
echo "    gdb $kernel -ex 'target remote 127.0.0.1:$port'"
# shellcheck disable=SC2086
gdb -q "$kernel" -x "${0%/*}/gdb/corral.py" -ex "target remote 127.0.0.1:$port" -ex 'hbreak kernel_main' ${GDBFLAGS-}
