#!/bin/dash
# dash, linked dynamically, and bash, linked statically, with what they have of job control and traps.
. /programs/ask.sh
tree t

cat >job <<'END'
echo start $#:$*:$?
(exit 3) || echo "three $?"
x=$(echo a; echo b); echo "$x" | while read -r l; do echo "got $l"; done
for i in 1 2 3; do case $i in 2) continue ;; *) echo "i=$i" ;; esac; done
cat <<X | tr a-z A-Z
here $((7 * 6)) ${1:-none} ${x%%?b}
X
f() { local y=$1; [ "$y" -gt 0 ] && f $((y - 1)) && echo "f $y"; return 0; }
f 3
trap 'echo trapped USR1' USR1; kill -USR1 $$; trap - USR1
trap 'echo bye' EXIT
{ echo to stderr >&2; echo to stdout; } 2>&1 | sort
exec 5>out; echo five >&5; exec 5>&-; cat out; echo lost >&5
set -- "a b" c; for w in "$@"; do echo "<$w>"; done
echo t/*/w* t/.h* t/none*
sleep 0 & wait $!; echo "waited $?"
false & wait $!; echo "waited $?"
sh -c 'kill -TERM $$'; echo "killed $?"
sleep infinity & until grep -q sleep /proc/$!/comm; do :; done; kill $!; wait $! 2>/dev/null; echo "killed $?"
umask; umask 077; : >new; stat -c %a new; umask -S; umask 022
ulimit -n; (ulimit -n 20; ulimit -n; ulimit -Hn); (ulimit -f 1; head -c 3000 /dev/zero >limit; echo "limit $?") 2>/dev/null; wc -c <limit
cd t/src/link 2>&1; cd t/src/deep/..; pwd -L | sed 's,.*/tmp,/tmp,'; cd "$OLDPWD"
readonly R=1; (R=2; echo never) ; echo "readonly $?"
command -v cat; command -v nothing; type cd
echo "$-" | tr -d c; set -u; (echo "$unset") 2>&1; set +u
eval 'echo evaluated "$1"'; . ./sourced 2>&1 || echo "no source $?"
nothing; echo "not found $?"; ./t; echo "directory $?"; ./job2; echo "no permission $?"
getopts ab: o -b val && echo "$o $OPTARG"
printf '%s-%d-%x|' a 1 255 b 2 256; echo
test -t 0; echo "terminal $?"
exit 12
END
: >job2
for shell in /bin/dash /bin/bash-static '/bin/bash-static --posix' '/bin/busybox sh'; do
	ask "$shell job one two"
	ask "$shell <job"
	ask "$shell -c 'set -e; false; echo no'"
	ask "echo 'echo piped; exit 4' | $shell -s"
	ask "$shell -n job; $shell -x -c 'a=1; echo \$a; cat t/doc/short'"
	ask "$shell -c 'exec $shell -c \"echo again; exit 5\"'"
	ask "$shell none; $shell t"
	ask "cp job2 empty; chmod +x empty; $shell -c ./empty; printf 'echo no line; echo \$0' >script; chmod +x script; $shell -c ./script"
	ask "$shell -c 'while :; do echo y; done' | head -2"
	ask "$shell -c 'yes | head -1; echo \$?; ulimit -c 0; kill -SEGV \$\$'"
	ask "$shell -c 'n=0; while [ \$n -lt 300 ]; do n=\$((n + 1)); (exit \$n); done; echo \$n'"
	ask "$shell -c 'for i in 1 2 3 4 5 6 7 8; do (sleep 0.0\$i; exit \$i) & done; wait; echo \$?'"
	ask "$shell -c 'set -m; sleep infinity & kill -STOP %1; kill -CONT %1; kill %1; wait %1; echo \$?'"
	ask "$shell -c 'trap \"echo int\" INT; kill -INT \$\$; trap \"\" TERM; kill \$\$; (kill \$\$); echo alive; trap'"
	ask "$shell -c 'mkfifo f\$\$; (echo through >f\$\$) & read -r x <f\$\$; echo \$x; rm f\$\$'"
	ask "$shell -c 'echo \$PPID' | sed s/\$\$/mine/"
	ask "$shell -c 'times' | wc -l"
	ask "env -i $shell -c 'env | sort | grep -v ^_; pwd'"
	ask "cd /; $shell -c 'ls -d /*/ | wc -l'; cd - >/dev/null"
	ask "$shell -ic 'echo interactive; exit 6' 2>&1 | grep -v job.control | grep -v terminal.process"
done

# What only bash has.
asks <<'END'
bash-static -c 'shopt -s globstar; echo t/**/*e*'
bash-static -c 'diff <(sort t/doc/words) <(sort -f t/doc/words); echo $?'
bash-static -c 'echo a >(cat) | wc -w'
bash-static -c 'coproc C { read -r x; echo "co $x"; }; echo hi >&${C[1]}; read -r y <&${C[0]}; echo $y; wait'
bash-static -c 'declare -A m=([one]=1 [two]=2); for k in "${!m[@]}"; do echo $k ${m[$k]}; done | sort'
bash-static -c 'a=({1..5}); echo ${a[@]:1:3} ${#a[@]} ${a[-1]} ${a[@]/3/x}'
bash-static -c 'read -t 0.05 x </dev/tty; echo $?' | tail -1
bash-static -c 'mapfile -t l <t/doc/words; echo ${#l[@]} ${l[2]}'
bash-static -c 'set -o pipefail; false | true; echo $?; true | (exit 9) | true; echo "${PIPESTATUS[*]}"'
bash-static -c '[[ abc =~ a(.)c ]] && echo ${BASH_REMATCH[1]}; [[ t/doc/same -ef t/doc/words ]]; echo $?'
bash-static -c 'trap "echo child" CHLD; /bin/true; /bin/true & wait; trap - CHLD'
bash-static -c 'trap "echo err \$?" ERR; false; trap "echo debug" DEBUG; :'
bash-static -c 'f() { echo $FUNCNAME $BASH_SUBSHELL; }; (f); f; echo ${BASH_VERSINFO[0]}'
bash-static -c 'exec {fd}>x; echo by number >&$fd; cat x; ls -l /proc/self/fd/$fd | sed "s/.* -> .*tmp/tmp/"; exec {fd}>&-'
bash-static -c 'exec 3<>t/doc/lines; read -r -u 3 l; echo $l; read -r -N 5 -u 3 l; echo $l; exec 3<&-'
bash-static -c 'printf -v x %05d 42; echo $x; printf "%(%Y)T\n" 0; echo ${x@Q} ${x^^} ${x:2}'
bash-static -c 'ulimit -a | sed "s/.*(/(/"' | grep -v -e -i -e -u
bash-static -c 'ulimit -S -s 1024; ulimit -s; ulimit -v 100000; ulimit -v; /bin/true; echo $?'
bash-static -c 'kill -l | wc -l; kill -l 34; kill -l 64; type -a kill | wc -l'
bash-static -c 'for i in {1..200}; do echo $i & done | sort -n | tail -1; wait'
bash-static -c 'echo $BASHPID $$ | (read a b; [ $a = $b ] && echo same); (echo $BASHPID $$ | (read a b; [ $a = $b ] || echo other))'
bash-static -c 'x=$(</proc/self/comm); echo $x; x=$(< t/doc/short); echo $x; echo $(<t/none)'
bash-static -c 'cd t; pushd src; dirs -l | wc -w; popd; hash; hash -t ls'
bash-static -c 'a=1 b=2 env | grep ^[ab]=; export -f nothing; f() { :; }; export -f f; env | grep -c BASH_FUNC'
bash-static -c 'wait -n; echo $?; (exit 3) & wait -n; echo $?; (exit 4) & (exit 4) & wait -n -p who; echo $?; [ -n "$who" ] && echo told'
bash-static -c 'echo -e "\x41\u00e9" | od -c; echo ${#1}' _ é
bash-static -c 'disown; jobs; sleep infinity & jobs -r | sed "s/ .*//"; kill %%; wait %1; echo $?; fg'
bash-static -c 'suspend' 2>&1
bash-static -c 'fc -l; history | wc -l; set -o history; echo $HISTSIZE; complete -p | wc -l'
bash-static --rcfile /dev/null -ic 'set -o | grep -c on$' 2>/dev/null
bash-static -r -c 'cd /'
bash-static -c 'exec -a other /bin/sh -c "echo \$0"; exec -c env'
bash-static -c 'exec /nothing; echo no'
bash-static -c 'cat < /dev/tcp/127.0.0.1/1'
bash-static -c 'echo $(( 2**62 )) $(( 1 << 63 )) $(( -7 % 3 )) $(( 0x1f + 8#17 )); let x=0; echo $?'
bash-static -c 'select x in a b; do echo $x; break; done <<<2'
bash-static -c 'time -p true' 2>&1 | sed 's/ .*//'
END
