# What the scripts of this folder begin with: ask COMMAND prints the command, what it prints, and its
# status, between signs that no program prints (programs.py).  It runs in this shell, reads nothing.

export LC_ALL=C.UTF-8 TZ=UTC TERM=linux PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ask() {
	printf '\036%s\036\n' "$*"
	eval "$*" </dev/null 2>&1
	printf '\037%s\n' $?
}
# asks: each line of its input is a command.
asks() {
	while IFS= read -r line; do
		case $line in
		'' | '#'*) ;;
		*) ask "$line" ;;
		esac
	done
}
tty=$(tty </proc/self/fd/1)
dir=/tmp/${0##*/}
dir=${dir%.sh}
rm -rf "$dir"
mkdir "$dir" && cd "$dir" || exit 1

# tree DIR: files and directories of several kinds, with the times, modes and owners that they are given.
tree() {
	mkdir -p "$1/src/deep/er" "$1/doc" "$1/empty" "$1/with space"
	n=0
	while [ $n -lt 40 ]; do
		n=$((n + 1))
		echo "line $n of $((n * n % 17)) $((n % 7)):$((n * 31 % 97)) word$((n % 5))"
	done >"$1/doc/lines"
	printf 'alpha\nbeta\ngamma\nAlpha\n\nbeta\n' >"$1/doc/words"
	printf 'no newline' >"$1/doc/short"
	printf 'a\0b\0c\0' >"$1/src/zeros"
	: >"$1/src/nothing"
	printf '#!/bin/sh\necho run "$@"\n' >"$1/src/run"
	echo 'deep down' >"$1/src/deep/er/file"
	echo 'x' >"$1/with space/a file"
	echo 'hidden' >"$1/.hidden"
	dd if=/dev/zero of="$1/src/big" bs=1024 count=100 2>/dev/null
	mkfifo "$1/src/pipe"
	ln -s ../doc/words "$1/src/link"
	ln -s nowhere "$1/src/broken"
	ln "$1/doc/words" "$1/doc/same"
	chmod 755 "$1/src/run"
	chmod 600 "$1/doc/short"
	chmod 4711 "$1/src/big"
	chmod 1777 "$1/empty"
	chown 1000:100 "$1/doc/lines"
	chown -h 7:8 "$1/src/broken"
	find "$1" -exec touch -h -d '2020-02-03 04:05:06' {} +
	touch -d '2021-12-31 23:59:59.5' "$1/doc/lines"
}
