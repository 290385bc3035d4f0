#!/bin/dash
# Debian's coreutils, linked dynamically, over a tree of files.
. /programs/ask.sh
tree t
long='--time-style=+%Y-%m-%dT%H:%M:%S'

# What is there.
asks <<'END'
ls -lA $long t t/src t/doc | grep -v ^total
ls -lnRL $long t/doc | grep -v ^total
ls -RF t
ls -A1 --group-directories-first t
ls -lS --block-size=1 t/src | cut -c1-10,50- | head -3 | wc -l
ls -t t/doc
ls -m -Q t/src
ls -xw 30 t/src
ls t/none t/doc/words
ls -d t/*/
ls -lh t/src/big | cut -c1-10
ls -s t/src | tail -n +2
ls -b "t/with space"
ls --color=always -d t/src t/src/run t/src/link t/src/broken t/empty t/src/pipe t/src/big
ls -L t/src/broken
ls -l /dev/null /dev/zero /dev/tty /dev/full | tr -s " " | cut -d" " -f1,3-6,10
stat -c "%n %F %s %a %A %u %g %h %y" t/src/* t/doc/* t/.hidden
stat -L -c "%F %s %N" t/src/link
stat -c "%N %b %B %o" t/src/link t/src/broken t/src/big t/src/nothing t/doc/words
stat -c "%F %t %T %r" /dev/null /dev/zero /dev/tty
stat -f -c "%T %t %s %S %l" /tmp /proc /dev/pts /sys /
stat -c %m . /proc/self /dev/pts / /dev/null
stat t/none
stat -c "%s %F" /proc/self/status /proc/self/exe /proc/1/root /proc/mounts
dir t
vdir t | wc -l
du -a --apparent-size -B1 t/doc t/src/deep
du -s t/src
du -ch --inodes t
df /tmp | head -1
df --output=source,fstype,target /tmp /proc /dev/pts
df -a --output=source,fstype,target
readlink t/src/link
readlink -f t/src/link
readlink -e t/src/broken
readlink -m t/a/../b
realpath t/src/link t/../t/doc
realpath -s t/src/link
realpath --relative-to=t/doc t/src/big
basename /a/b.c .c
dirname /a/b/c
basename -a x/y z/w
pathchk -p "a b"
pathchk ok
pwd
pwd -P
cd t/src/../doc
/bin/pwd
cd ../..
test -p t/src/pipe
/usr/bin/test t/doc/words -ef t/doc/same
[ t/doc/lines -nt t/doc/words ]
/usr/bin/test -u t/src/big -a -k t/empty -a -L t/src/link -a ! -e t/src/broken
/usr/bin/[ -O t/doc/lines ]
/usr/bin/test -t 0
/usr/bin/test -t 1

# Copies, links, removals.
cp -a t u
ls -lRA $long u | grep -v ^total
cp -rv --parents t/src/deep u
cp t/doc/words u/doc/words
cp -n t/doc/short u/doc/words
cat u/doc/words | head -1
cp -u t/doc/lines u/doc/lines
cp t/src u
cp t/none u
cp t/doc/words t/doc/same
cp t/doc/words t/doc/words/x
cp -l t/doc/words u/hard
cp -s $PWD/t/doc/words u/soft
stat -c %h u/hard
readlink u/soft
cp --sparse=always t/src/big u/holes
stat -c "%s %b" u/holes
cmp t/src/big u/holes
cp --reflink=always t/src/big u/ref
cp --reflink=auto t/src/big u/ref
cmp t/src/big u/ref
cp --backup=numbered t/doc/words u/doc/short
ls u/doc
cp --preserve=xattr t/doc/words u/xattr
cp --preserve=all t/doc/words u/all
stat -c %y u/all
cp -r u u/inside
rm -rf u/inside
cp -T t/doc u/doc2
cp -rT t/doc u/doc2
ls u/doc2
mv -v u/doc2 u/doc3
mv u/doc3/lines u/moved
mv u/none x
mv -T u/empty u/doc3
mv -n u/moved u/soft
ls u u/doc3
mv u u/src
mv u/src/nothing u/src/deep
mv -b u/hard u/moved
ls u
mv --exchange u/a u/b 2>&1 | head -1 | cut -c1-20
ln u/moved u/more
ln u/moved u/more
ln -f u/all u/more
ln -sr u/more u/src/up
readlink u/src/up
ln u/src u/srclink
ln -sfn nowhere u/src/up
readlink u/src/up
ln -L u/soft u/lh
stat -c %F u/lh
ln -P u/soft u/ph
stat -c %F u/ph
link u/more u/linked
unlink u/linked
unlink u/src
link u/none x
rmdir u/src
rmdir u/empty u/none
mkdir -p u/p/q/r
rmdir -p u/p/q/r
rmdir -v --ignore-fail-on-non-empty u/src
rm u/src
rm u/none
rm -f u/none
rm -d u/src/deep
rm -rfv u/src/deep | sort
rm -r u/.
mkdir -m 2750 u/sg
stat -c %a u/sg
mkdir u/sg/in
stat -c %a u/sg/in
umask 027
mkdir u/um
stat -c %a u/um
umask 022
mkdir u/um
mkdir u/x/y
install -d -m 700 u/i/j
install -m 4755 -o 5 -g 6 t/src/run u/i/run
stat -c "%a %u %g" u/i/run u/i/j
install -D t/src/run u/k/l/m
u/k/l/m 1 2
mkfifo -m 640 u/f
stat -c "%F %a" u/f
mkfifo u/f
mknod u/n c 1 3
echo x >u/n
stat -c "%F %t:%T" u/n
mknod u/b b 7 0
mknod u/q p
mknod u/n c 1 5
mktemp -u XXX | wc -c
mktemp -d u/aXXXXXX | sed "s/a....../a/"
mktemp u/bXX
mktemp -p u --suffix=.c qXXX | sed "s/q.../q/"
chmod -v u+s,g-r,o=t u/moved
chmod -R a-w,a+X u/i
stat -c "%a %n" u/i u/i/run
chmod 0 u/none
chmod --reference=t/src/run u/moved
stat -c %a u/moved
chmod 9 u/moved
chmod +t u/soft
stat -c %a t/doc/words
chmod -t t/doc/words
chown -v 3:4 u/moved
stat -c "%u:%g" u/moved
chown :9 u/moved
chown -h 5 u/soft
stat -c "%u:%g" u/moved u/soft
chown nobodyatall u/moved
chgrp -R 12 u/i
stat -c %g u/i/run
chown --from=5 6 u/moved
stat -c "%u %a" u/moved
chmod 6755 u/moved
chown 1 u/moved
stat -c %a u/moved
chmod 2644 u/moved
chown 0 u/moved
stat -c %a u/moved
echo x >>u/moved
stat -c %a u/moved
touch -d "1999-01-02 03:04:05.678" u/t1
stat -c "%y %x" u/t1
touch -a -d @1 u/t1
stat -c "%X %Y" u/t1
touch -r t/doc/lines u/t1
stat -c %y u/t1
touch -c u/t2
ls u/t2
touch -t 203801191414.07 u/t1
stat -c %Y u/t1
touch -d "1960-01-01" u/t1
stat -c %Y u/t1
touch u/none/x
touch -h -d @5 u/soft
stat -c %Y u/soft
truncate -s 100 u/tr
truncate -s +50 u/tr
truncate -s %64 u/tr
stat -c %s u/tr
truncate -r t/src/big u/tr
stat -c %s u/tr
truncate -s -10 u/tr
stat -c %s u/tr
truncate -s 1 u/src
truncate -s 9E u/tr
truncate -s 4T u/tr
stat -c "%s %b" u/tr
rm u/tr
fallocate -l 1000 u/fa
stat -c "%s %b" u/fa
fallocate -p -o 0 -l 500 u/fa
stat -c "%s" u/fa
fallocate -n -l 9000 u/fa
stat -c "%s %b" u/fa
fallocate -c -o 0 -l 4096 u/fa
fallocate -z -o 0 -l 4096 u/fa
fallocate -i -o 0 -l 4096 u/fa
shred -n 1 -u u/fa
ls u/fa
sync u/moved
sync -f u/moved
sync -d u/moved
sync u/none
dd if=t/doc/lines of=u/dd bs=7 count=5 skip=3 seek=2 conv=notrunc 2>&1 | head -2
od -c u/dd | head -3
dd if=t/doc/words conv=ucase,sync ibs=10 obs=3 status=none | od -c
dd if=/dev/zero of=/dev/full bs=10 count=1 2>&1 | head -1
dd if=t/src iflag=directory 2>&1 | head -1
dd if=t/doc/words of=u/excl conv=excl 2>&1 | head -1
dd if=t/doc/words of=u/excl conv=excl
dd if=t/doc/words of=u/direct oflag=direct bs=512 2>&1 | head -1
dd of=u/dd seek=5 bs=1 count=0 2>/dev/null
stat -c %s u/dd
dd if=u/src/up iflag=nofollow 2>&1 | head -1
dd if=t/doc/words iflag=skip_bytes,count_bytes skip=3 count=4 status=none
dd if=t/doc/words conv=fsync of=u/fs oflag=append,sync 2>&1 | head -1
dd if=t/src/pipe iflag=nonblock 2>&1 | head -1
split -l 15 t/doc/lines u/sp-
wc -l u/sp-*
split -b 30 -d -a 3 --additional-suffix=.x t/doc/words u/sx-
ls u/sx-*
split -n 3 t/doc/lines u/sn-
wc -c u/sn-*
split -n r/2/3 t/doc/words
split -l 20 --filter="wc -l" t/doc/lines
csplit -s -f u/cs- t/doc/lines /10/ "{1}"
wc -l u/cs-*

# Texts.
cat -A t/src/zeros
cat -n t/doc/words t/doc/short
cat -s t/doc/words t/none
cat t/src
cat t/doc/words - </dev/null | tail -1
cat t/doc/lines >>t/doc/lines
tac t/doc/words
tac -s " " t/doc/short
rev t/doc/words
nl -ba -w3 t/doc/words
nl t/doc/short
head -n 3 t/doc/lines t/doc/short
head -c 10 t/doc/lines
head -n -37 t/doc/lines
tail -n 2 t/doc/lines
tail -n +39 t/doc/lines
tail -c 5 t/doc/short
tail -qn1 t/doc/*
tail t/src
tail -c 3 /proc/self/comm
head -c 7 /proc/version
tail -n1 /proc/self/status | tr -d "0-9"
(echo a; sleep 0.1; echo b) | tail -f
sleep 0.3 & tail --pid=$! -f t/doc/words
wait
sort t/doc/words
sort -u -f t/doc/words
sort -k4,4 -k2n t/doc/lines | head -5
sort -t: -k2,2nr t/doc/lines | head -5
sort -c t/doc/lines
sort -m t/doc/words t/doc/short
sort -R t/doc/words | wc -l
sort --parallel=4 -S 1M -n t/doc/lines | md5sum
sort -z t/src/zeros | od -c
sort -T u -S 10k t/doc/lines t/doc/lines | uniq -c | head -2
sort -o u/so t/doc/words
head -2 u/so
sort t/none
printf 'a10\\na9\\n' | sort -V
seq 1 20000 | sort -R --random-source=t/src/big | sort -n -S 20k -T u | md5sum
ls u | grep -c sort
uniq t/doc/words
sort t/doc/words | uniq -cd
sort -f t/doc/words | uniq -iu
comm t/doc/words t/doc/short
sort t/doc/words >u/a
echo beta | comm -12 u/a -
join -a1 -t" " u/a u/a
paste -d, -s t/doc/words
paste t/doc/words t/doc/short | cat -A
cut -d" " -f2,4- t/doc/lines | head -3
cut -c2-4,8- t/doc/lines | head -2
cut -d: -f2 --complement t/doc/lines | head -1
tr a-z A-Z <t/doc/words
tr -cd 0-9 <t/doc/lines | fold -w 40
tr -s " " "\n" <t/doc/lines | sort | uniq -c | sort -rn | head -5
printf 'a\tb\n' | expand -t4
echo '    a' | unexpand -a -t2
fmt -w 30 t/doc/lines | head -3
pr -t -2 -w 40 t/doc/words
fold -s -w 10 t/doc/lines | head -3
wc t/doc/* t/src/zeros
wc -lL t/doc/lines
wc --files0-from=t/src/zeros
wc t/src
wc -c /proc/self/comm
wc -c /dev/null
wc -m t/doc/words
printf "t/doc/words\0" | wc -l --files0-from=-
md5sum t/doc/*
sha1sum t/src/big
sha256sum -b t/doc/short
sha512sum t/doc/words | cut -c1-20
b2sum t/doc/words | cut -c1-20
cksum t/doc/words
sum t/doc/words
sum -s t/doc/words
md5sum t/doc/* >u/sums
echo x >>t/doc/short
md5sum -c u/sums
cksum -a sha256 --untagged t/src
md5sum --tag t/doc/words
od -A x -t x1z -N 20 t/doc/lines
od -t d2 -j 3 -N 6 t/doc/lines
od -c t/src/zeros
od -f -N8 t/src/big
od -S 3 t/src/zeros t/doc/short
base64 t/doc/words
echo aGVsbG8K | base64 -d
base32 t/doc/short
basenc --base16 t/doc/short
printf "%q %5.2f %x %c %b %s\n" "a b" 3.14159 255 z "t\tb" end
ptx -w 40 t/doc/words | head -3
printf 'a b\nb c\n' | tsort
echo -e "a\tb\c"
/bin/echo -n x
yes | head -2
yes a b | head -c 10
seq -s, 5
seq -w 8 11
seq 1 0.5 3
seq -f %03g 3
factor 123456789012 97
numfmt --to=iec 1048576 123456
numfmt --from=si 1K
expr 6 \* 7
expr abc : "a\(.\)"
expr length hello
expr 1 / 0
shuf -i 1-5 --random-source=t/src/big
shuf -n0 t/doc/words
shuf -e a b c | sort | paste -sd" "
echo x | tee u/tee1 u/tee2
cat u/tee1 u/tee2
echo y | tee -a u/tee1
cat u/tee1
echo z | tee /dev/full
echo q | tee u/none/x
yes | tee u/tee3 | head -1 >u/h
cat u/h
date -u -d @0 +%FT%T
date -d "2020-01-01 + 40 days" +%F
date -r t/src/big +%s
TZ=UTC-3 date -d @86400 "+%F %H %Z"
date -d nonsense
date --resolution

# Processes.
env -i A=1 B=2 env
env -u LC_ALL printenv LC_ALL
env - /nothing
env -C t/doc pwd
env -C t/none pwd
printenv A
A=5 printenv A
env --default-signal=PIPE --block-signal=INT -v sh -c "grep SigBlk /proc/self/status"
env --ignore-signal=HUP sh -c "grep SigIgn /proc/self/status"
env -S "A=b printenv A"
env --list-signal-handling true
env --ignore-signal=USR1 env --list-signal-handling true
nice
nice -n 5 nice
nice -n -5 nice
nice -n 30 nice
nice -n 2 nice -n 3 nice
nohup echo hi
nohup sh -c "grep SigIgn /proc/self/status"
cat nohup.out
setsid sh -c "echo in"
chroot t /bin/true
chroot / id -u
chroot --userspec=5:6 --groups=7,8 / id
chroot --skip-chdir / pwd
chroot t/none true
timeout 0.2 sleep infinity
timeout -s KILL 0.2 sleep infinity
timeout --preserve-status -s INT 0.1 sleep infinity
timeout 1000 false
timeout 1000 /nothing
env --block-signal=TERM timeout -k 0.1 0.1 sleep infinity
timeout --foreground 0.1 sleep infinity
timeout 0 echo on
timeout -v 0.1 sleep infinity
timeout 1000 sh -c "kill -9 \$\$"
sleep 0.01 0.02
sleep x
/bin/kill -l | tr "\n" " "
/bin/kill -l 9 TERM 137
sh -c "kill -USR1 \$\$"
/bin/kill -0 $$
/bin/kill -0 99999999
/bin/kill -s 0 $$
stdbuf -oL echo x
stdbuf -o0 -i0 cat t/doc/short
stdbuf -oL sh -c "echo \$LD_PRELOAD" | sed "s,.*/,,"
nproc
nproc --all
nproc --ignore=2
taskset 1 nproc
OMP_NUM_THREADS=3 nproc
hostid
hostname
arch
uname -s
uname -m
uname -o
uname -n
tty
tty -s
logname
whoami
id
id -u root
id 12345
groups
users
who
pinky -q
uptime | grep -c load
sync
dircolors -b | head -c 12
getlimits 2>/dev/null
true --version | head -c 4
false
stty -a </dev/null
stty size <$tty
stty -g <$tty | grep -c .
stty -a <$tty | tail -n +2
stty speed <$tty
install -s t/doc/words u/x 2>&1 | head -c 10
chcon x t
runcon x true
ls -Z t/doc/words
id -Z
rm -rf t u
ls -A
END
