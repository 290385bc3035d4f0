#!/bin/dash
# procps and util-linux: processes, their attributes, mounts and namespaces.
. /programs/ask.sh
mkdir -p m g
# pattern WORDS: sleepers that are known by their argument.
sleep 77771 & a=$!
sleep 77772 & b=$!
until [ "$(pgrep -c -r S -f '^sleep 7777')" = 2 ]; do :; done
mine() { sed -e "s/\b$a\b/A/g" -e "s/\b$b\b/B/g" -e "s/\b$$\b/ME/g"; }
asks <<'END'
ps -o pid,ppid,pgid,sid,tty,stat,ni,pri,cls,rtprio,psr,comm,args -p $a,$b | sed 's/ [0-3] sleep/ CPU sleep/' | mine | tr -s ' ' | sed "s/ [0-9]\+ / N /g"
ps -o user,group,uid,euid,ruid,fuid,gid,nlwp,stat -p $a
ps -o pcpu,cputimes,vsz,rss --no-headers -p $a | wc -w
ps -o etimes= -p $a | wc -l
ps -o wchan:20,flags,addr -p $a | head -1
ps -o sigmask,ignored,caught,blocked,pending -p $a
ps -o cgroup,ipcns,mntns,netns,pidns,userns,utsns -p $a | wc -w
ps -o lstart= -p $a | wc -w
ps -o comm= --ppid $$ | sort | uniq -c
ps -e -o comm= | grep -c -x sleep
ps -ef | grep -c 'sleep 7777[12]'
ps aux | awk '/sleep 7777/ && !/awk/ { print $1, $8, $11, $12 }'
ps axjf | grep -c 'sleep 7777'
ps -eLo lwp,comm | grep -c 'sleep$'
ps -C sleep -o args= --sort=args
ps -p 99999999
ps -o nothing
ps --forest -o args= -C sleep
ps -ly -p $a | awk '{ print $1, NF }'
ps -q $a -o comm=
ps n -o tname,comm -p $a
ps -s $(ps -o sid= -p $$) -o comm= | grep -c sleep
ps -t "${tty#/dev/}" -o comm= | grep -c sleep
pgrep -f '^sleep 77771' | mine
pgrep -l -x sleep | mine
pgrep -a -f 7777 | mine | sort
pgrep -P $$ -n sleep | mine
pgrep -o -x sleep | mine
pgrep -c -u root sleep
pgrep -v -f . | wc -l
pgrep -r S -x sleep | wc -l
pgrep -g 0 sleep | wc -l
pgrep nothing
pgrep --ns $$ -x sleep | wc -l
pkill -0 -x sleep
pkill -STOP -f '^sleep 77771'
until ps -o stat= -p $a | grep -q T; do :; done
ps -o stat=,comm= -p $a
pkill -CONT -f '^sleep 77771'
pidof sleep | wc -w
pidof -s sleep | wc -w
pidwait -f nothing
skill -n -p $a | wc -l
snice +5 $b
ps -o ni= -p $b
renice -n 3 -p $b | mine
renice -n -21 $b | mine
ps -o ni= -p $b
pwdx $a $$ | mine
pwdx 99999999
pmap $a | tail -n +2 | awk '{ print $3, $4, $5 }' | grep -e sleep -e stack | sort -u
pmap -x $a | head -2 | tail -1
free | awk '{ print $1, NF }'
free -h -t -w | awk '{ print $1, NF }'
uptime | grep -c 'load average'
uptime -p | cut -c1-2
w -h | wc -l
vmstat | head -2
vmstat 1 1 | tail -1 | wc -w
vmstat -s | sed 's/^ *[0-9]* //' | head -8
slabtop -o | head -1 | cut -c1-10
top -b -n 1 -p $a | sed -n -e '2s/.*total.*/tasks/p' -e '7p' -e '8p' | awk '{ print $1 == "PID" ? $0 : $NF }'
top -b -n 1 -o PID | tail -n +8 | wc -l | grep -c .
top -b -n 2 -d 0.1 | grep -c '^top -'
top -H -b -n 1 -p $$ | tail -1 | awk '{ print $NF }'
watch -t -n 0.1 -g 'echo $$' </dev/null >out 2>&1
sysctl kernel.ostype kernel.hostname
sysctl -n kernel.pid_max
sysctl kernel.nothing
sysctl -w kernel.hostname=other
hostname
sysctl -q -w kernel.hostname="$(uname -n)"
sysctl -a 2>/dev/null | grep -c '^kernel.pid_max'
lscpu | grep -e '^Architecture' -e '^CPU(s)' -e '^On-line' | tr -s ' '
lscpu -p=CPU,ONLINE | grep -v '^#'
lsns -t mnt -n -o TYPE,NPROCS,COMMAND | grep -v kdev | awk '{ print $1 }'
lsns -p $$ -n -o TYPE,PATH -t pid | mine
lsns -p $$ -n -o TYPE -t uts
unshare -f -p --mount-proc ps -e -o pid,comm
unshare -f -p --mount-proc sh -c 'sleep infinity & kill -9 $!; wait; echo $$' 2>/dev/null
unshare -f -p --kill-child sh -c 'kill -9 $$'
unshare -m sh -c 'mount -t tmpfs in m && touch m/in && ls m'
ls m
unshare -m --propagation unchanged true
unshare -u sh -c 'hostname inside; uname -n'
uname -n
unshare -R / -w /tmp pwd
unshare -S 5 -G 6 id -u
unshare --nothing
unshare -m=m/ns true
unshare -f -p -m sh -c 'mount -t proc proc /proc && cat /proc/1/comm && readlink /proc/self'
nsenter -t $a -m -u -p pgrep -c -f '^sleep 7777'
nsenter -t $a -a true
nsenter -t 99999999 -m true
nsenter --mount=/proc/$a/ns/mnt -F pwd
nsenter -t $a -r -w pwd
setsid -f true
setsid -w sh -c 'ps -o pid=,sid= -p $$ | awk "{ print \$1 == \$2 }"'
setsid -c true
setpriv --reuid=5 --regid=6 --groups=7,8 id
setpriv --clear-groups --ruid 5 id -u
setpriv --dump | head -3
setpriv --no-new-privs --inh-caps=-all --bounding-set=-all grep -e Cap -e NoNew /proc/self/status
setpriv --pdeathsig KILL true
setpriv --securebits=+noroot,+noroot_locked --reuid=0 grep CapEff /proc/self/status
setarch x86_64 -R uname -m
setarch i686 uname -m
linux32 uname -m
setarch --show
prlimit -p $a --nofile --core
prlimit -p $a --nofile=50:60
prlimit -p $a -n -o SOFT,HARD --noheadings
prlimit --nproc=0:0 true
prlimit --fsize=10 dd if=/dev/zero of=big bs=100 count=1 2>/dev/null
prlimit --nofile=2:3 bash-static -c 'echo x >y' 2>&1 | tail -1
prlimit --cpu=x true
chrt -p $a | mine
chrt -m
chrt -f -p 20 $a
chrt -p $a | mine
chrt -b 0 chrt -p 0 | sed 's/pid [0-9]*/pid N/'
chrt -i 0 true
chrt -r 200 true
chrt -o -p 0 $a
chrt -d -T 1000000 -D 2000000 -P 3000000 0 true
taskset -p $a | mine
taskset -cp 0,2-3 $a | mine
taskset 8 taskset -p $$ | mine
taskset -c 77 true 2>&1 | sed 's/pid [0-9]*/pid N/'
taskset -a -p 1 $b | mine
ionice -p $a
ionice -c 3 true
flock lock sh -c 'flock -n lock echo no || echo held'
flock -w 0.05 lock true
flock -n -E 9 lock flock -n -E 9 lock true
flock -s lock flock -s -n lock echo shared
flock -u 9 9>lock
lslocks -n -o COMMAND,TYPE,MODE | sort | uniq -c
mount -t tmpfs -o size=400k,mode=750,nosuid small m
findmnt -n -o TARGET,SOURCE,FSTYPE,OPTIONS m
findmnt -n -o PROPAGATION,VFS-OPTIONS,FS-OPTIONS m
findmnt -n -T m/x -o TARGET
findmnt -D -n -o SOURCE,FSTYPE,SIZE m
findmnt -t devpts -n
findmnt -r -n -o TARGET,FSTYPE | grep -v -e debugfs -e tracefs | sort
findmnt m/none
mountpoint m
mountpoint -q g
mountpoint -x /dev/null
mount | grep -c ' m \|/m '
mount -o remount,ro m
touch m/x
mount -o remount,rw,noexec m
cp /bin/true m
m/true
cp /bin/dash m; mount -o remount,exec,nodev m; m/dash -c 'echo runs'
mknod m/null c 1 3; cat m/null
mount --bind m g
findmnt -n -o TARGET,FSROOT g
mount -o remount,bind,ro g
touch g/x; touch m/x
umount g
mount --bind m/none g
mkdir m/sub; mount --rbind m g; mount --move g m/sub
findmnt -n -o TARGET -R m | wc -l
umount -R m; umount m
umount m
umount -l m
mount -t tmpfs a m; (cd m; umount $PWD); sleep infinity <m & c=$!; until grep -q sleep /proc/$c/comm; do :; done; umount m; kill $c; wait $c; umount m
mount --make-shared m
mount -t tmpfs a m; mount --make-private m; mount --make-rslave m; findmnt -n -o PROPAGATION m; umount m
mount -t nothing x m
mount -t tmpfs -o size=nonsense x m
mount -t tmpfs x m/none
mount x
mount /dev/null m
mount -t proc -o hidepid=2 p m; findmnt -n -o FS-OPTIONS m; umount m
swapon -s; swapoff -a; losetup -a; blkid; fstrim m
pivot_root m m
switch_root
mkfifo ff; (cat ff; echo through) & echo x >ff; wait $!
mcookie | wc -c; uuidgen | wc -c; uuidgen -n @dns -N a -s
namei -l m | tail -1 | cut -c1-10
fincore /bin/dash | tail -1 | awk '{ print $NF }'
fallocate -l 5000 fa; fallocate -d fa; stat -c %s fa
hardlink -n . 2>/dev/null | head -1
dmesg -n 1; dmesg -l emerg | wc -l; dmesg -H >/dev/null
rename s/a/b/ fa; rename fa fb fa; ls f?
getopt -o ab: --long long -- -a -b x --long y
ipcs -q
mesg
lsfd -n -p $a -o ASSOC,MODE,TYPE,NAME 2>&1 | head -1 | wc -w
lsipc -g 2>/dev/null | wc -l | grep -c .
/bin/kill -q 5 -USR1 $a; wait $a 2>/dev/null
/bin/kill -L | head -1; kill $b; wait $b 2>/dev/null
END
