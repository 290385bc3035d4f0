#!/bin/dash
# lua, perl, python and sqlite, through the dynamic loader.
. /programs/ask.sh
tree t
cat >l.lua <<'END'
for line in io.lines("t/doc/words") do io.write("[", line, "]") end print()
local f = assert(io.open("out", "w+")) f:setvbuf("full", 16) f:write(("x"):rep(40), "\n", 3.5, "\n")
print(f:seek("cur"), f:seek("set", 41), f:read("n"), f:seek("end")) f:close()
print(io.open("t/none"), io.open("t", "w"))
print(io.open("t"):read("a"))
local p = io.popen("cat; exit 3", "w") p:write("popen\n") print(p:close())
print(os.execute("exit 4"), os.execute("kill -9 $$"))
print(os.rename("out", "out2"), os.rename("out", "x"), os.remove("out2"), os.remove("t"))
print(os.getenv("TZ"), os.getenv("NOTHING"), os.date("!%F %T", 86400), os.time{year=2000, month=1, day=1, hour=0})
print(pcall(error, {1}), select("#", table.unpack({}, 1, 200)), string.format("%q %5.1f %x", "a\n", 1.25, 255))
local t = {} for i = 1, 20000 do t[i] = i .. "" end table.sort(t) print(t[1], t[#t], #t) t = nil collectgarbage()
print(collectgarbage("count") < 2000, 2^53, 1 // 0.0, 7 // 2, -7 % 3, math.maxinteger + 1 == math.mininteger)
local co = coroutine.wrap(function(a) for i = 1, 3 do a = coroutine.yield(a * 2) end return "end" end)
print(co(1), co(2), co(3), co(4))
print(io.type(io.stdout), io.stderr:seek() or "no seek") local tmp = io.tmpfile() tmp:write("t") tmp:seek("set") print(tmp:read("a"))
print(io.open("/dev/full", "w"):write(("x"):rep(5000)))
local u <close> = setmetatable({}, {__close = function() print("closed") end})
print(os.clock() >= 0, os.tmpname():match("^/tmp/lua_") ~= nil, package.config:sub(1, 1))
error("the end")
END
cat >p.pl <<'END'
use strict; use warnings; use POSIX qw(:sys_wait_h :errno_h dup2 pause); use Fcntl qw(:flock :seek :DEFAULT); use Socket;
$| = 1;
my $pid = fork; exit 7 if !$pid; waitpid $pid, 0; print "status $?\n";
pipe my $r, my $w; if (!fork) { close $r; print $w "through\n"; exit } close $w; print <$r>; wait; print "none $!\n" if wait == -1;
print `echo back; exit 3`, $? >> 8, "\n"; system "kill -15 \$\$"; print $? & 127, "\n";
local $SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 1; pause }; print "died $@"; alarm 0;
local $SIG{USR1} = sub { print "usr1\n" }; kill USR1 => $$; local $SIG{CHLD} = sub { print "child\n" }; if (!fork) { exit } 1 while wait != -1; $SIG{CHLD} = 'IGNORE'; if (!fork) { exit } print wait, " $!\n"; $SIG{CHLD} = 'DEFAULT';
opendir my $d, 't' or die; print join(' ', sort readdir $d), "\n"; rewinddir $d; my $n = () = readdir $d; print "$n\n";
my @s = lstat 't/src/link'; print "$s[2] $s[3] $s[7] $s[9]\n"; print -s 't/src/big', -d 't', -l 't/src/link', -p 't/src/pipe', -u 't/src/big', -k 't/empty', -t STDIN ? 1 : 0, -x 't/src/run', -r '/nothing' ? 1 : 0, "\n";
mkdir 'm' or die; print mkdir('m') ? '' : "$!\n", rmdir('t') ? '' : "$!\n", rmdir 'm', "\n"; print rename('t/none', 'x') ? '' : "$!\n", symlink('a', 's'), readlink 's', link('s', 's2'), unlink('s', 's2', 's3'), chmod(0600, 't/doc/same'), utime(1, 2, 't/doc/same'), (stat 't/doc/same')[9], "\n";
open my $f, '+<', 't/doc/lines'; seek $f, -10, SEEK_END; print tell $f, "\n"; read $f, my $b, 4; print "$b\n"; sysseek $f, 5, 0; sysread $f, $b, 3; print "$b\n"; print flock($f, LOCK_EX | LOCK_NB), "\n";
open my $g, '<', 't/doc/lines'; print flock($g, LOCK_SH | LOCK_NB) ? 'locked' : $!, "\n"; truncate $f, 7; print -s $f, "\n"; print fcntl($f, F_GETFD, 0), ' ', fcntl($f, F_GETFL, 0) & 3, "\n"; my $lock = pack('s s l! l! i', F_WRLCK, 0, 0, 0, 0); fcntl $f, F_SETLK, $lock or print "$!\n";
if (!fork) { my $l = pack('s s x4 q q i x4', F_RDLCK, 0, 0, 0, 0); fcntl $g, F_GETLK, $l or print "$!\n"; my ($t, $who) = (unpack 's s x4 q q i', $l)[0, 4]; print "lock $t ", $who == getppid() ? 'parent' : $who, "\n"; exit } wait;
socketpair my $a, my $c, AF_UNIX, SOCK_STREAM, 0 or die; syswrite $a, "over"; sysread $c, $b, 9; print "$b\n"; shutdown $a, 1; print sysread($c, $b, 9), "\n"; close $c; $SIG{PIPE} = sub { print "pipe\n" }; print syswrite($a, 'x') // $!, "\n";
socket my $srv, AF_UNIX, SOCK_STREAM, 0 or die; bind $srv, pack_sockaddr_un('sock') or die; listen $srv, 2; if (!fork) { socket my $cl, AF_UNIX, SOCK_STREAM, 0; connect $cl, pack_sockaddr_un('sock') or die; print $cl "client\n"; exit } accept my $con, $srv; print <$con>; wait; print bind($con, pack_sockaddr_un('sock')) ? '' : "$!\n"; print connect($con, pack_sockaddr_un('none')) ? '' : "$!\n";
my $rin = ''; vec($rin, fileno $r, 1) = 1; print select(my $o = $rin, undef, undef, 0), "\n"; print select(undef, undef, undef, 0.01), "\n";
print join(',', getpriority(0, 0), setpriority(0, 0, 4), getpriority(0, 0)), "\n"; print getpgrp == $$ ? 'leader' : 'member', ' ', getppid > 1 ? 1 : 0, "\n"; my @t = times; print scalar @t, "\n"; print "$0 $< $> ", (split ' ', $()[0], "\n"; $0 = 'renamed'; open my $cmd, '<', "/proc/$$/comm"; print <$cmd>;
my @u = POSIX::uname; print "$u[0] $u[4]\n"; print POSIX::sysconf(&POSIX::_SC_PAGESIZE), ' ', POSIX::pathconf('t', &POSIX::_PC_NAME_MAX), ' ', POSIX::ttyname(1) // 'no tty', "\n" =~ s/x//r; print POSIX::access('t', 7) // $!, "\n"; print POSIX::nice(1), POSIX::getpid == $$, "\n"; print POSIX::tcgetpgrp(0) // $!, "\n"; umask 077; POSIX::mkfifo('ff', 0666); printf "%o\n", (stat 'ff')[2]; { local $! = 11; print "$!\n" }
my $sum = 0; $sum += $_ for map { $_ ** 2 } 1 .. 10000; print "$sum\n"; my %h; $h{$_ % 977}++ for 1 .. 5000; print scalar keys %h, "\n"; my $s = 'x' x 100000; $s =~ s/x/yy/g; print length $s, "\n"; print join(' ', sort { $::a <=> $::b } map { $_ * 7919 % 101 } 1 .. 20), "\n";
local $SIG{__DIE__} = sub { print "dying\n" }; exec '/nothing' or print "exec $!\n"; $SIG{TERM} = 'IGNORE'; kill TERM => $$; print "still\n"; $SIG{TERM} = 'DEFAULT'; my $set = POSIX::SigSet->new(POSIX::SIGTERM()); POSIX::sigprocmask(POSIX::SIG_BLOCK(), $set); kill TERM => $$; my $pend = POSIX::SigSet->new; POSIX::sigpending($pend); print $pend->ismember(POSIX::SIGTERM()), "\n"; POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), $set); print "never\n";
END
cat >y.py <<'END'
import os, sys, time, errno, signal, fcntl, select, resource, stat, struct, termios, io
def show(name, call):
    try: print(name, call())
    except OSError as e: print(name, errno.errorcode[e.errno])
    except Exception as e: print(name, type(e).__name__, e)
show('stat', lambda: os.stat('t/src/big')[0:1] + os.stat('t/src/big')[6:7])
show('scandir', lambda: sorted((e.name, e.is_dir(), e.is_symlink()) for e in os.scandir('t/src')))
show('walk', lambda: sorted((d, len(s), len(f)) for d, s, f in os.walk('t')))
show('replace', lambda: os.replace('t/none', 'x'))
show('open', lambda: os.open('t', os.O_WRONLY))
show('dir_fd', lambda: os.stat('words', dir_fd=os.open('t/doc', os.O_RDONLY | os.O_DIRECTORY)).st_nlink)
show('openat', lambda: os.open('x/y', os.O_CREAT, dir_fd=os.open('t/doc/words', os.O_RDONLY)))
show('copy_file_range', lambda: os.copy_file_range(os.open('t/doc/lines', 0), os.open('copy', os.O_CREAT | os.O_WRONLY), 50))
show('sendfile', lambda: os.sendfile(os.open('copy2', os.O_CREAT | os.O_WRONLY), os.open('t/doc/lines', 0), 0, 20))
show('memfd', lambda: os.write(os.memfd_create('x'), b'abc'))
show('eventfd', lambda: os.eventfd_read(os.eventfd(5)))
show('splice', lambda: os.splice(os.open('t/doc/words', 0), os.pipe()[1], 10))
show('pidfd', lambda: os.waitid(os.P_PIDFD, os.pidfd_open(os.posix_spawn('/bin/false', ['false'], {})), os.WEXITED).si_status)
show('spawn', lambda: os.posix_spawn('/nothing', ['x'], {}))
show('spawnp', lambda: os.waitstatus_to_exitcode(os.waitpid(os.posix_spawnp('sh', ['sh', '-c', 'exit 9'], os.environ, setsigmask=[signal.SIGINT], setpgroup=0), 0)[1]))
show('wait3', lambda: os.wait3(os.WNOHANG))
show('getrandom', lambda: len(os.getrandom(8)))
show('xattr', lambda: os.listxattr('t'))
show('getxattr', lambda: os.getxattr('t', 'user.x'))
show('affinity', lambda: sorted(os.sched_getaffinity(0)))
show('setaffinity', lambda: os.sched_setaffinity(0, {1}) or os.sched_getaffinity(0))
show('setaffinity far', lambda: os.sched_setaffinity(0, {99}))
os.sched_setaffinity(0, range(4))
show('scheduler', lambda: (os.sched_getscheduler(0), os.sched_get_priority_max(os.SCHED_FIFO), os.sched_getparam(0).sched_priority))
show('fifo', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(5)) or os.sched_getscheduler(0))
show('other', lambda: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)))
show('interval', lambda: os.sched_rr_get_interval(0) >= 0)
show('rlimit', lambda: (resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_STACK), resource.getrlimit(resource.RLIMIT_CORE)))
show('setrlimit', lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 50)))
show('prlimit', lambda: resource.prlimit(0, resource.RLIMIT_NICE))
show('rusage', lambda: resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0)
show('times', lambda: len(os.times()))
show('statvfs', lambda: (os.statvfs('t').f_bsize, os.statvfs('t').f_namemax, os.statvfs('/proc').f_flag & 15))
show('sysconf', lambda: [os.sysconf(x) for x in ('SC_CLK_TCK', 'SC_NPROCESSORS_CONF', 'SC_NPROCESSORS_ONLN', 'SC_OPEN_MAX', 'SC_ARG_MAX', 'SC_IOV_MAX')])
show('pathconf', lambda: [os.pathconf('t', x) for x in ('PC_LINK_MAX', 'PC_PATH_MAX', 'PC_PIPE_BUF')])
show('ctermid', os.ctermid)
show('openpty', lambda: [os.isatty(fd) for fd in os.openpty()])
def pty():
    pid, fd = os.forkpty()
    if not pid:
        os.execlp('sh', 'sh', '-c', 'read x; echo got $x; stty size; exit 3')
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 12, 34, 0, 0)); os.write(fd, b'line\n'); out = b''
    try:
        while True: out += os.read(fd, 100)
    except OSError as e: out += errno.errorcode[e.errno].encode()
    return out, os.waitpid(pid, 0)[1]
show('forkpty', pty)
show('tcgetattr', lambda: termios.tcgetattr(0))
def timer():
    got = []; signal.signal(signal.SIGALRM, lambda s, f: got.append(s)); signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    while len(got) < 3: signal.pause()
    return signal.setitimer(signal.ITIMER_REAL, 0)[1] > 0, got
show('itimer', timer)
show('sigwait', lambda: (signal.pthread_sigmask(signal.SIG_BLOCK, [10]), os.kill(os.getpid(), 10), signal.sigwait([10])))
show('sigtimedwait', lambda: signal.sigtimedwait([10], 0.01))
show('sigpending', signal.sigpending)
show('wakeup', lambda: signal.set_wakeup_fd(-1))
show('epoll', lambda: (e := select.epoll()) and [e.register(f, select.EPOLLIN | select.EPOLLET) for f in os.pipe()] and e.poll(0.01))
show('epoll file', lambda: select.epoll().register(os.open('t/doc/words', 0)))
show('poll', lambda: (p := select.poll()) and [p.register(f) for f in os.pipe()] and sorted(m for f, m in p.poll(0)))
show('select bad', lambda: select.select([999], [], [], 0))
show('lockf', lambda: fcntl.lockf(os.open('t/doc/lines', os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB))
show('flock', lambda: fcntl.flock(os.open('t/doc/lines', os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB))
show('pipe size', lambda: (p := os.pipe()) and (fcntl.fcntl(p[0], 1032), fcntl.fcntl(p[0], 1031, 5000), fcntl.fcntl(p[1], 1032)))
show('dup', lambda: fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 50))
show('pwritev', lambda: os.pwritev(os.open('pw', os.O_CREAT | os.O_RDWR), [b'ab', b'cd'], 3))
show('preadv', lambda: (b := bytearray(4)) and (os.preadv(os.open('pw', os.O_RDONLY), [b], 3), b))
show('fallocate', lambda: os.posix_fallocate(os.open('pw', os.O_RDWR), 0, 10000) or os.stat('pw').st_size)
show('fadvise', lambda: os.posix_fadvise(os.open('pw', os.O_RDWR), 0, 0, os.POSIX_FADV_DONTNEED))
show('sync', lambda: os.fsync(os.open('pw', os.O_RDWR)))
show('mkfifo', lambda: os.mkfifo('fifo') or os.open('fifo', os.O_WRONLY | os.O_NONBLOCK))
show('mknod', lambda: os.mknod('null', 0o600 | stat.S_IFCHR, os.makedev(1, 3)) or os.write(os.open('null', os.O_WRONLY), b'x'))
show('chroot', lambda: os.chroot('t/none'))
show('uids', lambda: (os.getresuid(), os.getgroups(), os.getlogin()))
show('seteuid', lambda: os.seteuid(5) or os.geteuid())
show('as 5', lambda: os.open('/proc/1/mem', os.O_RDONLY))
show('kill as 5', lambda: os.kill(1, 0))
show('back', lambda: os.seteuid(0))
show('setns', lambda: os.open('/proc/self/ns/mnt', os.O_RDONLY) > 0)
show('priority', lambda: os.getpriority(os.PRIO_PROCESS, 0))
show('pgid', lambda: os.setpgid(0, os.getppid()))
show('setsid', lambda: os.setsid() == os.getpid())
show('killpg', lambda: os.killpg(99999999, 0))
show('abort', lambda: os.waitpid(os.fork() or os.abort(), 0)[1] & 127)
show('exit', lambda: os.waitstatus_to_exitcode(os.waitpid(os.fork() or os._exit(300), 0)[1]))
show('loadavg', lambda: len(os.getloadavg()))
show('clocks', lambda: (time.clock_getres(time.CLOCK_MONOTONIC), time.process_time() > 0, time.thread_time() > 0))
show('terminal', lambda: os.get_terminal_size(0))
show('blocking', lambda: os.get_blocking(0))
show('ttyname', lambda: os.ttyname(0))
show('readlink', lambda: os.readlink('/proc/self/fd/0'))
show('nothing', lambda: os.write(os.open('/dev/full', os.O_WRONLY), b'x'))
import threading
def threads(n=20):
    total, lock = [0], threading.Lock()
    def add():
        for _ in range(200):
            with lock: total[0] += 1
    ts = [threading.Thread(target=add) for _ in range(n)]; [t.start() for t in ts]; [t.join() for t in ts]
    return total[0]
show('threads', threads)
def waiting():
    c, got = threading.Condition(), []
    def run():
        with c: c.wait_for(lambda: got); got.append(threading.get_native_id() != os.getpid())
    t = threading.Thread(target=run); t.start()
    with c: got.append(1); c.notify_all()
    t.join(); return got, threading.Event().wait(0.01), threading.Semaphore(0).acquire(timeout=0.01)
show('condition', waiting)
show('big', lambda: len(str(3 ** 5000)))
show('memory', lambda: sum(bytearray(3000000)))
sys.exit(5)
END
cat >q.sql <<'END'
PRAGMA journal_mode = DELETE;
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000) INSERT INTO t SELECT x, 'word' || x % 37, x * 1.5 FROM n;
CREATE INDEX i ON t(b);
SELECT b, count(*), sum(c) FROM t GROUP BY b ORDER BY b LIMIT 5;
BEGIN; DELETE FROM t WHERE a % 2; SELECT count(*) FROM t; ROLLBACK; SELECT count(*) FROM t;
SAVEPOINT s; UPDATE t SET c = -c WHERE a < 10; RELEASE s; SELECT min(c) FROM t;
SELECT a FROM t WHERE b = 'word5' AND c > 4000 ORDER BY a DESC LIMIT 3;
INSERT INTO t VALUES (1, 'twice', 0);
VACUUM; PRAGMA integrity_check; PRAGMA page_count; PRAGMA freelist_count;
SELECT hex(zeroblob(3)), printf('%05.1f', 2.25), json_extract('{"a":[1,2]}', '$.a[1]'), date(0, 'unixepoch');
CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES ('the quick fox'), ('a slow fox'); SELECT x FROM f WHERE f MATCH 'quick';
END
asks <<'END'
lua5.4 l.lua
echo 'print(...)' | lua5.4 - a b
lua5.4 -e 'os.exit(7, true)'
lua5.4 -i </dev/null | tail -1 | wc -l
lua5.4 t/none
luac5.4 -o l.luac l.lua && lua5.4 l.luac 2>&1 | tail -n 5
lua5.4 -e 'while true do local s = ("x"):rep(1e9) .. "y" end' 2>&1 | head -1
perl p.pl
perl -ne 'print if /a$/' t/doc/words
perl -i.bak -pe 's/beta/BETA/' t/doc/words
cat t/doc/words t/doc/words.bak
perl -e 'die "x\n"'
perl -e '$! = 5; die'
perl -MList::Util=sum -e 'print sum(1..10), "\n"'
perl -e 'open F, "|-", "cat; exit 2"; print F "to cat\n"; close F; print $? >> 8, "\n"'
perl -e '@l = (1) x 1e5; print scalar(@l), "\n"; fork; print "$$\n"' | sort -u | wc -l
perl -e 'for (1..50) { defined(my $p = fork) or die; exit $_ unless $p } my $s = 0; $s += $? >> 8 while wait > 0; print "$s\n"'
perl -e 'setpgrp; kill -9, $$'
perl -e 'require "none.pl"'
perl -e 'print crypt("a", "ab"), "\n"'
perl -v | grep -c perl5
python3.11 y.py
python3.11 -c 'print("no")' -x </dev/null
echo 'print(6 * 7)' | python3.11 -
python3.11 -c 'import os; os.kill(os.getpid(), 2)' 2>&1 | tail -1
python3.11 -c 'raise SystemExit(3)'
python3.11 -c 'import none'
python3.11 -c 'import sys; sys.stdout.write("x" * 100000)' | wc -c
python3.11 -c 'import sys; print(sys.getfilesystemencoding(), sys.stdin.isatty(), sys.stdout.isatty())' | cat
python3.11 -c 'print("x" * 100000)' 2>/dev/null | head -c 1
python3.11 -X importtime -c 'import os' 2>&1 | grep -c os
python3.11 -c 'import os; [os.fork() for i in range(4)]; print(1)' | wc -l
python3.11 -c 'import ctypes' 2>&1 | tail -1
python3.11 -c 'x = []; x.append(x); print(x); import gc; print(gc.collect() >= 0)'
python3.11 -m none
python3.11 t/none
python3.11 -c 'f = lambda n: f(n + 1); f(0)' 2>&1 | tail -1
sqlite3 db <q.sql
sqlite3 -header -csv db 'SELECT * FROM t LIMIT 2'
sqlite3 -json db 'SELECT a, b FROM t WHERE a = 7'
sqlite3 -readonly db 'DELETE FROM t'
sqlite3 db 'PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; INSERT INTO t(b) VALUES (1); PRAGMA wal_checkpoint(TRUNCATE)'
ls db*
sqlite3 db 'PRAGMA mmap_size = 1000000; SELECT count(*) FROM t; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = PERSIST'
ls db*
sqlite3 db .dump | md5sum
sqlite3 db '.backup copy.db' && sqlite3 copy.db 'SELECT count(*) FROM t'
sqlite3 db '.schema' .tables
sqlite3 none/db 'CREATE TABLE x(a)'
sqlite3 t/doc/lines 'SELECT 1 FROM x'
sqlite3 :memory: 'SELECT 1; SELECT nothing'
for i in 1 2 3 4; do sqlite3 -cmd '.timeout 60000' db "INSERT INTO t(b) VALUES ('writer$i')" & done; wait; sqlite3 db "SELECT b FROM t WHERE b LIKE 'writer%' ORDER BY b"
sqlite3 db 'BEGIN EXCLUSIVE' '.system sqlite3 db "SELECT count(*) FROM t"'
sqlite3 db "SELECT writefile('out', 'text'), readfile('out'), name FROM fsdir('t/doc') ORDER BY 3"
sqlite3 db '.shell exit 3' '.cd t' '.read none'
sqlite3 /dev/full 'CREATE TABLE x(a)'
(ulimit -f 1; sqlite3 big 'CREATE TABLE x(a); INSERT INTO x VALUES (randomblob(99999))') 2>/dev/null
/lib64/ld-linux-x86-64.so.2 /bin/echo by the loader
/lib64/ld-linux-x86-64.so.2 --list /bin/ls | sed 's/ (.*//' | grep -v vdso
/lib64/ld-linux-x86-64.so.2 --list /bin/bash-static
/lib64/ld-linux-x86-64.so.2 --verify /bin/ls
/lib64/ld-linux-x86-64.so.2 --preload /lib/x86_64-linux-gnu/libm.so.6 /bin/cat /proc/self/maps | grep -c libm.so.6
/lib64/ld-linux-x86-64.so.2 t/doc/words
/lib64/ld-linux-x86-64.so.2 /nothing
/lib64/ld-linux-x86-64.so.2 --argv0 other /bin/dash -c 'echo $0'
LD_PRELOAD=/nothing.so /bin/true
LD_BIND_NOW=1 /bin/true
LD_LIBRARY_PATH=/tmp LD_DEBUG=libs /bin/true 2>&1 | grep -c trying
LD_SHOW_AUXV=1 /bin/true | sed 's/ .*//' | grep -v -e SYSINFO -e RSEQ
LD_SHOW_AUXV=1 /bin/true | grep -e PAGESZ -e CLKTCK -e PHENT -e PHNUM -e UID -e SECURE -e PLATFORM -e EXECFN
LD_TRACE_LOADED_OBJECTS=1 /bin/cat | grep -c libc
cp /bin/true u; chmod 4755 u; LD_PRELOAD=/nothing.so ./u
chmod 000 u; /lib64/ld-linux-x86-64.so.2 ./u
head -c 5000 /bin/true >cut; chmod +x cut; ./cut
/lib/x86_64-linux-gnu/libc.so.6 | head -c 16
cat /proc/self/maps | awk '{ print $2, $6 }' | grep cat
ldd /bin/sh; getconf PAGESIZE; getconf NPROCESSORS_ONLN; getconf ARG_MAX; getconf -a | grep -c _
locale -a; getent passwd root; iconv -f latin1 -t utf8 t/doc/short
ldconfig -p | grep -c libc.so.6
END
