#!/bin/dash
# grep, find, xargs, sed, mawk, gawk, diff, patch-like tools, tar, gzip, bzip2, xz, make, bc.
. /programs/ask.sh
tree t
asks <<'END'
grep -n beta t/doc/words
grep -rn line t --include=lines -m 2
grep -c . t/doc/words t/doc/short t/src/nothing
grep -i -w -o alpha t/doc/words
grep -v -x '' t/doc/words
grep -E '^(a|b).*a$' t/doc/words
grep -P '(?<=line )\d+(?= of 1\b)' -o t/doc/lines
grep -F -f t/doc/short t/doc/words
grep -A1 -B1 gamma t/doc/words
grep -q beta t/doc/words
grep nothing t/doc/words t/none
grep -s x t/none
grep a t/src/zeros
grep -a b t/src/zeros | od -c
grep -z b t/src/zeros | od -c
grep -r hidden .
grep x t
grep -d skip -D skip x t/src/* t/doc/*
grep -L beta t/doc/*
grep -b -o beta t/doc/words
grep '[' t/doc/words
grep -r --exclude-dir=src deep t
grep -H Name /proc/self/status
grep -c processor /proc/cpuinfo
grep beta <t/doc/words >>t/doc/words
find t | sort
find t -type f -printf '%p %s %m %n %U:%G %y %d %h %f\n' | sort
find t -type l -printf '%p -> %l %Y\n' | sort
find t -newer t/src/big | sort
find t -newermt 2021-01-01 | sort
find t -size +50k
find t -size -2 -type f | sort
find t -empty | sort
find t -perm -4000 -o -perm /o+t | sort
find t -perm 600
find t -links 2 | sort
find t -samefile t/doc/words | sort
find t -user 1000 -o -group 8 | sort
find t -nouser | sort
find t -maxdepth 1 -mindepth 1 -print0 | sort -z | od -c
find t -name '*e*' -not -path '*/deep/*' | sort
find t -iregex '.*/[B-L].*' | sort
find t -depth | head -1
find t -prune
find t -path t/src -prune -o -type f -print | sort
find -L t -type l
find -L t -xtype l
find t -lname '*words'
find t -name lines -exec wc -l {} \;
find t -type f -exec grep -l beta {} + | sort
find t -type f -execdir pwd \; | sort -u | sed 's,.*/t,t,'
find t -name short -ok rm {} \;
find t -readable -writable -executable -type f
find t/none
find t -fprint list -type d -quit
find t -mount -type p
find t -xdev -inum 0
find t -mtime +10 -type d | sort
find t -amin -100 -name short
find t -used -1 -name nothing
find /proc/self -maxdepth 1 -type l | sort
find /proc/self/fd -type l | wc -l
find /proc/self/ns -name 'm*' -o -name 'pi*' | sort
find /proc/self/task -maxdepth 1 -mindepth 1 | wc -l
find /dev -maxdepth 1 -type c -name 'z*' -o -maxdepth 1 -name null -o -maxdepth 1 -name full | sort
find /sys -maxdepth 1 | sort | grep -c cgroup
find t -type f | sort | xargs -n 2 echo
find t -print0 | xargs -0 -n 100 ls -d | wc -l
seq 1 20000 | xargs echo | wc -l
seq 1 10 | xargs -P 4 -n 1 sh -c 'echo $0' | sort -n
seq 1 3 | xargs -I% echo a%b
echo a b c | xargs -t -n1 echo
echo 1 255 | xargs -n1 sh -c 'exit $0'
echo x | xargs /nothing
echo x | xargs sh -c 'kill -9 $$'
xargs -r echo </dev/null
xargs --show-limits --no-run-if-empty </dev/null 2>&1 | sed 's/[0-9][0-9]*/N/'
seq 1 4 | xargs -s 12 echo
find t -type f -name 'x*' -delete
cp -a t u
find u -name words -delete
find u -type d -empty -delete
find u | sort
sed -n '2,4p' t/doc/lines
sed 's/\(line\) \([0-9]*\)/\2 \1/;5q' t/doc/lines
sed -i.bak 's/beta/BETA/g' u/doc/same
cat u/doc/same u/doc/same.bak
sed -i 's/x/y/' t/none u/doc
sed -n '$=' t/doc/lines
sed 'y/abc/xyz/;/^$/d;=' t/doc/words
sed -e '/beta/{r t/doc/short' -e '}' t/doc/words
sed -n '/gamma/w out' t/doc/words
cat out
sed -s -n '1F' t/doc/words t/doc/lines
sed ':a;N;$!ba;s/\n/,/g' t/doc/words
sed -z 's/\n/|/g' t/doc/words
sed --follow-symlinks -i s/alpha/first/ u/src/link
sed 's/a/b/w /dev/stdout' t/doc/words
sed 1e'echo executed' t/doc/short
sed -u q t/doc/words
sed b t/src
ls -l u/doc | cut -c1-10
mawk '{ n += $2 } END { print n, NR }' t/doc/lines
gawk '{ a[$4 % 3] += $2 } END { PROCINFO["sorted_in"] = "@ind_num_asc"; for (k in a) print k, a[k] }' t/doc/lines
mawk 'BEGIN { while (("echo a; echo b" | getline l) > 0) print "got " l; system("exit 3") }'
gawk 'BEGIN { print system("exit 3"); print system("kill -9 $$"); "date -d @0 +%Y" | getline y; print y; print strftime("%H", 3600, 1) }'
gawk 'BEGIN { cmd = "sort"; print "b" |& cmd; print "a" |& cmd; close(cmd, "to"); while ((cmd |& getline x) > 0) print x; print close(cmd) }'
gawk 'BEGIN { print PROCINFO["uid"], PROCINFO["ppid"] > 0, ENVIRON["TZ"]; printf "%c%5.1f%x\n", 65, 3.14159, 255 }'
gawk -v RS='' '{ print NF; nextfile }' t/doc/words t/doc/lines
gawk 'BEGINFILE { if (ERRNO) { print FILENAME, ERRNO; nextfile } } END { print NR }' t/doc/words t/none t/src
gawk -i inplace '{ print toupper($0) }' u/doc/same
mawk -W interactive 'NR == 2 { exit 5 }' t/doc/words
mawk '{ print > ("part" NR % 3) }' t/doc/words
wc -l part0 part1 part2
gawk 'BEGIN { printf "x" > "/dev/full"; print close("/dev/full"); print "e" > "/dev/stderr"; getline l < "/proc/version"; print substr(l, 1, 13) }'
gawk 'BEGIN { "cat" | getline; print "done" }'
gawk -M 'BEGIN { print 2 ^ 200 }'
gawk -p/dev/stdout 'BEGIN { x = 1 }' | tail -n +3 | head -5
diff t/doc/words t/doc/short
diff -u --label a --label b t/doc/words u/doc/same.bak
diff -rq t u
diff -y -W 40 t/doc/words u/doc/same.bak
diff -s t/doc/words t/doc/same
diff t/doc/words -
cmp t/doc/words t/doc/lines
cmp -l t/doc/words u/doc/same.bak | head -3
cmp -s t/doc/words t/src
diff3 t/doc/words t/doc/same u/doc/same.bak
sdiff -s -w 40 t/doc/words u/doc/same.bak
tar -cf t.tar --sort=name t
tar -tvf t.tar --full-time --numeric-owner
tar -xf t.tar -C u
diff -r --no-dereference t u/t
find u/t -printf '%p %m %U:%G %T@ %y %n\n' | sort
tar -cf - --sort=name t/doc | tar -xvf - -C u t/doc/short
tar --sparse -cf s.tar t/src/big
tar -tf s.tar
tar -rf t.tar t/none
tar -uf t.tar t/doc
tar -df t.tar
tar --delete -f t.tar t/src
tar -tf t.tar
tar -czf t.tgz t
tar -cJf t.txz t
tar -cjf t.tbz t
tar -taf t.txz | sort
tar -xzf t.tgz -O t/doc/short
tar -xf t.tgz -C u --strip-components=1 --exclude='*/src/*' --keep-old-files
tar -xf t.tbz --to-command='wc -c' t/doc
tar -x -f /dev/null
tar -xf t/doc/words
tar -cf /dev/full t
tar -cf t.tar --remove-files u/doc
tar -c --listed-incremental=snap -f i.tar t
tar -c -M -L 110 -f v1.tar -f v2.tar -f v3.tar t
ls v1.tar v2.tar
tar --owner=me:5 --group=us:6 --mode=640 --mtime=@0 -c t/doc/short | tar -tv
tar --xattrs --selinux --acls -cf a.tar t
tar -C / -cf - dev/null proc/version 2>&1 | tar -tf -
gzip -k t/doc/words
gzip -l t/doc/words.gz
gzip -dc t/doc/words.gz | cmp - t/doc/words
gzip -9nc t/src/big | wc -c
gzip t/doc/words.gz
gzip t/src t/src/link
gzip -dc <t/doc/words
gzip -t t/doc/words.gz
zcat t/doc/words.gz | head -1
gzip -r u
gunzip -r u
gzip -df t/doc/words.gz
bzip2 -k t/doc/lines
bzip2 -t t/doc/lines.bz2
bunzip2 -c t/doc/lines.bz2 | cmp - t/doc/lines
bzip2recover t/none
xz -k -T 4 t/doc/lines
xz -l --robot t/doc/lines.xz | cut -f 2-5
xz -dc t/doc/lines.xz | cmp - t/doc/lines
xz -T4 --memlimit=1GiB --block-size=20000 -c t/src/big | xz -dc | cmp - t/src/big
seq 1 30000 | xz -9 --memlimit=100M | xz -d | md5sum
xz --info-memory --robot | wc -l
xz -t t/doc/words
echo '2^100; scale=20; 4*a(1); sqrt(2)' | bc -l
bc /nothing
END
cat >Makefile <<'END'
all: a b c
a b c: %: ; @sleep 0.0$(words $*); echo made $* >$@; cat $@
fail: ; exit 3
sig: ; kill -9 $$$$
sub: ; +@$(MAKE) --no-print-directory -s inner
inner: ; @echo $(MAKELEVEL) $(if $(findstring jobserver,$(MAKEFLAGS)),server)
shell := $(shell echo from the shell; exit 4)
status: ; @echo $(shell) $(.SHELLSTATUS) $(wildcard t/doc/w*)
t2: t/doc/words ; @echo newer; touch $@
many: $(addprefix m,1 2 3 4 5 6 7 8 9 10 11 12)
m%: ; @: $*
missing: nowhere
.ONESHELL:
one: ; @x=1
	echo $$x
END
asks <<'END'
make
make a
make -j4 -B -O all | sort
make -j3 many
make -n -B
make fail
make -k fail sub
make sig
make -j2 sub
make status
make t2
make t2
make -q t2
make missing
make nothing
make -C t
make -f /nothing
make -s -t t2
make -p -f /dev/null | grep -c ^MAKE
make one
make -l 100 -j8 -B many
make SHELL=/nothing status
END
