#!/bin/dash
# The applets of Debian's static busybox over a tree of files.
. /programs/ask.sh
tree t
bb() { /bin/busybox "$@"; }
asks <<'END'
bb find t | sort
bb find t -type f -perm -100 -o -type l | sort
bb find t -size +50 -exec ls -d {} +
bb find t -name '*o*' -newer t/src/big -print0 | od -c
bb find t -maxdepth 2 -mtime +1 -user 0 -links 2 | sort
bb find t -depth -empty -delete
bb find t | sort
bb sort -k2,2n -r t/doc/lines | head -3
bb sort -u t/doc/words
bb sort -t: -k2,2n -o sorted t/doc/lines
bb head -2 sorted
bb awk '{ s += $2 } END { print s, NR }' t/doc/lines
bb awk -F: '{ print $NF | "sort -n | head -2" }' t/doc/lines
bb awk 'BEGIN { while (("ls t" | getline x) > 0) print x; print system("exit 4"); printf "%5.2f|%c|%x\n", 3.14159, 66, 255; print ENVIRON["TZ"] }'
bb awk '{ print > "out" NR % 2 } END { close("out0"); while ((getline l < "out0") > 0) n++; print n }' t/doc/lines
bb sed -n '/beta/,$p' t/doc/words
bb sed -i.old 's/a\(.\)/\1a/g;w written' t/doc/words
bb cat t/doc/words t/doc/words.old written
bb grep -rn --include='l*' 'of 1$' t
bb grep -c beta t/doc/words.old t/doc/short
bb grep -E -o '[0-9]+:[0-9]+' t/doc/lines | head -3
bb egrep -v 'a|b' t/doc/words.old
bb fgrep -x -q beta t/doc/words.old
bb tar cf a.tar t
bb tar tvf a.tar | bb awk '{ print $1, $2, $3, $6, $8 }' | sort
bb mkdir x
bb tar xf a.tar -C x
diff -r --no-dereference t x/t
find x/t -printf '%p %m %U:%G %y %n %l\n' | sort
bb tar czf a.tgz -X sorted t/doc
bb tar tzf a.tgz
bb tar xzOf a.tgz t/doc/short
bb tar xf a.tar t/none
bb tar cf - t/src | bb tar tf - | wc -l
bb tar xf t/doc/lines
bb gzip -c t/doc/lines | bb gunzip | cmp - t/doc/lines
bb gzip t/doc/lines
bb zcat t/doc/lines.gz | bb md5sum
gunzip -t t/doc/lines.gz
bb gunzip t/doc/lines.gz
bb gzip t/doc
bb bzip2 -k t/src/big
bb bunzip2 -c t/src/big.bz2 | cmp - t/src/big
bb xz -dc t/src/big.bz2
bb cpio -o -H newc <sorted 2>&1 | head -1
bb find t/doc | bb cpio -o -H newc 2>/dev/null | bb cpio -t
bb ar -t a.tar
bb unzip -l a.tar
bb ls -la t/src | bb awk '{ print $1, $2, $3, $4, $9, $10, $11 }' | tail -n +4
bb ls -F -1 -p t
bb ls -R t/with*
bb ls -i t/doc/words | wc -w
bb ls -e t/doc/short
bb stat -c '%n %F %s %a %u %h' t/doc/* t/src/*
bb stat -f -c '%T %s' . /proc
bb du -a t | sort
bb du -sk /proc/self/fd
bb df -P . | tail -1 | bb awk '{ print $1, $6 }'
bb cp -a t y
bb cp t/none y
bb cp -r t t/src
bb cp -l t/doc/words y/hard
bb mv y z
bb mv z/none x
bb ln z/doc/short z/doc
bb ln -s z/doc/short s
bb readlink -f s
bb realpath ./x/../s nothing
bb rm -r z/doc z/none
bb rm -rf z
bb rmdir x
bb mkdir -p p/q/r
bb rmdir -p p/q/r
bb mkfifo -m 600 p
bb mknod n c 1 5
bb stat -c '%F %t:%T %a' p n
bb chmod -R u+rw,go= t
bb chown -R 5:6 t/doc
bb chgrp 9 t/doc/short
bb touch -d '2000-01-01 00:00:00' t/doc/short
bb stat -c '%Y %u:%g %a' t/doc/short
install -m 711 -o 3 t/doc/short i
bb stat -c '%a %u' i
bb truncate -s 1M i
bb fallocate -l 2M i
bb stat -c %s i
bb dd if=t/src/big of=d bs=1000 count=3 skip=1 seek=2 conv=notrunc
bb dd if=/dev/zero of=/dev/full count=1
bb cmp t/src/big d
bb diff -u t/doc/words t/doc/words.old
bb diff -rq t x/t
printf 'a\nc\n' >one
printf 'a\nb\n' >two
printf -- '--- one\n+++ one\n@@ -1,2 +1,3 @@\n a\n+b\n c\n' | bb patch one
bb cat one
bb head -c 20 t/doc/lines
bb tail -n 2 t/doc/lines
bb tail -c +100 t/doc/short
bb cut -d' ' -f 2,4 t/doc/lines | head -2
bb tr -d 'a-m' <t/doc/words
bb uniq -c t/doc/words.old
bb wc t/doc/* t/src/zeros
bb nl t/doc/words
bb tac t/doc/words
bb rev t/doc/words
bb fold -w 10 t/doc/short
bb expand -t 2 t/doc/short
bb paste -d: one two
bb shuf -i 1-4 | sort
split -l 15 t/doc/lines sp
bb wc -l spaa spab spac
bb strings -n 4 t/src/zeros
bb od -c t/src/zeros
bb hexdump -C t/src/zeros
bb xxd t/src/zeros
bb md5sum t/doc/short
bb sha256sum t/doc/short
bb sha1sum t/doc/short | bb sha1sum -c
bb base64 t/doc/short
bb uuencode -m t/doc/short name | bb uudecode -o -
bb seq 3 -1 1
bb factor 360
bb expr 3 \* 4
bb bc -l </dev/null
echo '2 3 + p' | bb dc
bb cal 2 2020
bb date -d @86400 '+%F %T'
bb env -i A=1 /bin/busybox env
bb id
bb id -u nobody
bb whoami
bb groups
bb uname -sm
bb hostname
bb renice -n 3 -p $$
bb taskset 2 /bin/busybox taskset -p 0 | sed 's/[0-9]*.s /N /'
bb taskset -c 0,2 /bin/busybox nproc
bb ionice -c 3 /bin/busybox true
bb setpriv --nnp grep NoNewPrivs /proc/self/status
bb setsid -w sh -c 'exit 5'
bb timeout 0.1 sleep infinity
bb timeout -s KILL 0.1 sleep infinity
bb time -p true 2>&1 | cut -d' ' -f1
bb usleep 10
bb xargs -n 2 echo <one
bb seq 5 | bb xargs -P 3 -n 1 sh -c 'exit 1'
bb tee -a one two <t/doc/short
bb yes no | head -1
bb which busybox sh nothing
bb pidof nothing
bb mount -t tmpfs -o size=64k,mode=700 small d2
bb mkdir d2
bb mount -t tmpfs -o size=64k,mode=700 small d2
bb grep d2 /proc/mounts
bb dd if=/dev/zero of=d2/fill bs=1k
bb df -k d2 | tail -1
bb mount -o remount,ro d2
bb touch d2/new
bb rm d2/fill
bb mount --bind t d2
bb ls d2
bb umount d2
bb umount d2
bb umount d2
bb chroot . /nothing
bb mkdir -p r/bin
bb cp /bin/busybox r/bin
bb chroot r /bin/busybox ls -l /bin/busybox | cut -c1-10
bb unshare -m sh -c 'mount -t tmpfs x x && grep -c " x\|/x " /proc/mounts'
bb unshare -f -p sh -c 'echo $$'
bb unshare -u sh -c 'hostname inside; hostname'
bb hostname
bb nsenter -t $$ -m -u true
bb pwd
bb sysctl kernel.ostype
bb free | bb awk 'NR < 3 { print $1, NF }'
bb ps -o nothing
bb killall nothing
bb stty size <$tty
bb tty <$tty | cut -c1-5
bb sync
bb mktemp -u xXXXXXX | wc -c
bb shred -u i
bb test -f t/doc/words -a ! -L t/doc/words
bb [ 1 -gt 2 ]
bb logger hello
bb crc32 t/doc/short
bb ipcalc -n 10.1.2.3/8
bb nothing
bb cttyhack true
END
