#!/bin/sh
# initrd.sh ARCHIVE BUSYBOX ROOT USER [TEST]: packs an initramfs (cpio, newc).
# BUSYBOX becomes /bin/busybox with a link for each of its applets, the files of ROOT lie where they
# lie there, USER/init becomes /init, the other programs of USER go to /bin and TEST to /test.
# USER/cgtools gets a link for each of its tools, as busybox does.
set -eu
archive=$1 busybox=$2 root=$3 user=$4 test=${5-}
stage=$archive.d

rm -rf "$stage"
mkdir -p "$stage/bin" "$stage/sbin" "$stage/usr/bin" "$stage/usr/sbin" "$stage/etc" "$stage/dev" \
	"$stage/proc" "$stage/sys" "$stage/root" "$stage/run" "$stage/mnt"
mkdir -m 1777 "$stage/tmp"
# A program of x86_64, on a host that may be another.
run() {
	"$@" 2>/dev/null || qemu-x86_64 "$@" 2>/dev/null || qemu-x86_64-static "$@"
}
for applet in $(run "$busybox" --list-full); do
	ln -sf /bin/busybox "$stage/$applet"
done
rm -f "$stage/bin/busybox"
install -m 755 "$busybox" "$stage/bin/busybox"
cp -r "$root/." "$stage/"
for program in "$user"/*; do
	[ -x "$program" ] && [ -f "$program" ] || continue
	case $program in
	*/init) cp "$program" "$stage/init" ;;
	*) cp "$program" "$stage/bin/" ;;
	esac
done
[ ! -x "$user/cgtools" ] || for name in $(run "$user/cgtools" --list); do
	ln -sf cgtools "$stage/bin/$name"
done
if [ -n "$test" ]; then
	mkdir "$stage/test"
	(cd "$test" && find . -type f ! -name '*.d') | while read -r file; do
		mkdir -p "$stage/test/${file%/*}"
		cp "$test/$file" "$stage/test/$file"
	done
fi
(cd "$stage" && find . | LC_ALL=C sort | cpio -o -H newc --owner 0:0 --reproducible --quiet) >"$archive"
rm -rf "$stage"
