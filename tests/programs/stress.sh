#!/bin/dash
# stress-ng's stressors of what containers are about: two workers each, ended by count.  What is compared
# is the status, and what says that one passed, failed or was skipped.
. /programs/ask.sh
mkdir -p /dev/shm
stressor() {
	ask "stress-ng --no-rand-seed --verify --oomable --temp-path . --$1 2 --$1-ops $2 >log 2>&1; told \$?"
}
told() {
	sed -n -e 's/^stress-ng: \([a-z]*\): *\[[0-9]*\] */\1: /' -e 's/process \[[0-9]*\]/process/' \
		-e 's/ after just [0-9.]*s//' -e 's/ completed in .*//' -e '/^fail: /p' -e '/^error: /p' \
		-e '/^warn: /p' -e '/skipping/p' -e '/skipped/p' -e '/successful run/p' log | sort -u
	return "$1"
}
list='fork:20 vfork:20 clone:20 wait:10 zombie:20 daemon:5 exit-group:5 pthread:10 session:5 pipe:50 fifo:20 poll:10
eventfd:20 sockpair:20 futex:50 mutex:20 switch:50 affinity:10 nice:5 schedpolicy:10 mprotect:5 brk:50 vm:2
malloc:20 signal:50 sigchld:20 sigsegv:10 sigsuspend:20 kill:20 timer:20 dir:20 dup:20 fcntl:10 rename:20
chroot:5 umount:2'
for pair in $list; do
	stressor "${pair%:*}" "${pair#*:}"
done
