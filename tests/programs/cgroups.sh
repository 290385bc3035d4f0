#!/bin/dash
# cgroup-tools on two hierarchies of version 1, and what ps says of their members.
. /programs/ask.sh
asks <<'END'
mkdir c
mount -t cgroup -o pids,freezer cg c
lscgroup
cgcreate -g pids,freezer:one/two -t root:root -a root:root -d 750 -f 640 -s 600
lscgroup
lscgroup -g pids:one
stat -c '%a %u:%g %n' c/one/two c/one/two/tasks c/one/two/pids.max
cgset -r pids.max=3 one
cgget -r pids.max one
cgget -g pids one | grep -v -e current -e events
cgget -n -v -r freezer.state one/two
cgget -r nothing one
cgset -r pids.max=nonsense one
cgset --copy-from one one/two
cgget -nv -r pids.max one/two
cgexec -g pids,freezer:one/two cat /proc/self/cgroup | grep pids | sed 's/^[0-9]*://'
cgexec -g pids:one sh -c 'true | true | true | true; echo $?' 2>&1 | tail -1
cgexec -g pids:none true
cgexec -g nothing:one true
cgexec -g pids,freezer:one sleep 88881 & until pgrep -f '^sleep 88881' >pid; do :; done
cgclassify -g pids:one/two $(cat pid)
wc -l <c/one/two/tasks
wc -l <c/one/two/cgroup.procs
cgset -r freezer.state=FROZEN one
until cgget -nv -r freezer.state one | grep -x FROZEN; do :; done
ps -o stat= -p $(cat pid)
ps -o cgroup= -p $(cat pid) | tr ',' '\n' | grep -c pids
cgset -r freezer.state=THAWED one
cgdelete pids,freezer:one
cgdelete -r pids,freezer:one
lscgroup | wc -l
wc -l <c/cgroup.procs | grep -c .
pkill -f '^sleep 88881'; wait
cgcreate -g pids:x
cgcreate -g pids:x
cgcreate -g nothing:x
cgdelete pids:x
cgdelete pids:x
cgsnapshot -s pids 2>/dev/null | grep -c pids
cgxget -r pids.max x
lssubsys -m pids
lssubsys -a | grep -x -e pids -e freezer -e cpuset -e cpuacct -e cpu -e devices | sort
lssubsys -M
cgclear
lscgroup
findmnt -n -o OPTIONS c
umount c
END
