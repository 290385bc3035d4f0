#!/bin/dash
# Programs that draw: busybox's vi with recorded keys, and others, on a pseudo-terminal of tmux.
. /programs/ask.sh
tree t
export SHELL=/bin/sh
tm() { tmux -L vi -f /dev/null "$@"; }
# keys WORDS...: sends keys; waits SIGN: until the screen shows it; gone SIGN: until it does not;
# runs NAME: until that program is in the foreground; silent: until keys are not echoed.
keys() { tm send-keys "$@"; }
screen() { tm capture-pane -p; }
waits() { until screen | grep -q -e "$1"; do :; done; }
gone() { while screen | grep -q -e "$1"; do :; done; }
runs() { until [ "$(tm display-message -p '#{pane_current_command}')" = "$1" ]; do :; done; }
silent() { until stty -F "$(tm display-message -p '#{pane_tty}')" -a | grep -q -e '-echo '; do :; done; }
final() { screen | sed 's/ *$//' | sed '/^~*$/d'; }

ask 'tm new-session -d -x 60 -y 16 "busybox vi t/doc/lines"'
ask 'waits "^- t/doc/lines"; final'
ask 'keys 5 G d d p A " appended"; waits "I t/doc/lines"; waits appended; keys Escape; waits "^- t/doc"; final'
ask 'keys /word3 Enter; waits "8/40"; keys c w changed; waits changed; keys Escape; waits "^- t/doc"; final'
ask 'keys n; waits "13/40"; keys .; waits "13 of 16 6:15 changed"; waits "^- t/doc"; final'
ask 'keys :1,3d Enter; gone "^line 1 "; keys p; waits "^Put 3 lines (69"; final'
ask 'keys G y y 3 P; waits "^Put 3 lines (72"; keys 1 G; waits " 1/43"; keys C-f; waits " 1[0-9]/43"; final'
ask 'keys :%s/line/LINE/g Enter; waits "^[0-9]* subst"; final'
ask 'keys u; waits "^Undo"; keys G o last Enter xx Tab yy; waits "xx.*yy"; keys Escape; waits "^- t/doc"; final'
ask 'keys :w!\ copy Enter; waits "copy. 45L"; keys :e!\ t/doc/words Enter; waits "words. 6L"; final'
ask 'keys :q! Enter; while tm list-sessions; do :; done >list 2>&1'
ask 'md5sum t/doc/lines; diff t/doc/lines copy'

# A shell with job control; what it prints is waited for once its screen is clear.
command() { keys "clear; $1" Enter; }
ask 'PS1="ready$ " tm new-session -d -x 50 -y 12 "dash -i"'
ask 'waits "^ready"; command "stty size; tty | cut -c1-9; echo \$TERM; test -t 0 && echo yes"; waits "^yes"; waits "^ready"; final'
ask 'command "sleep infinity; echo never"; gone ready; keys C-c; waits ready; keys "echo \$?" Enter; waits "^130"; final | grep -c never'
ask 'command cat; gone ready; keys typed; waits typed; keys BSpace BSpace C-w; gone typed; keys "x y" C-u z Enter C-d; waits ready; final'
ask 'command "cat >/dev/null"; runs cat; keys C-z; waits Stopped; waits "ready.$"; final'
ask 'command fg; waits "^cat"; keys C-d; waits ready; final'
ask 'command "sleep infinity & jobs -l | tr -d 0-9; kill -9 %1; wait; echo gone"; waits "^gone"; waits "^ready"; final'
ask 'command "stty -echo; read x; stty echo; echo got \$x"; silent; keys secret Enter; waits "^got"; waits "^ready"; final'
ask 'command "stty raw opost -echo; echo now; dd bs=1 count=3 2>/dev/null | od -c; stty sane"; waits "^now"; keys C-c C-z C-d; waits "^0*3"; waits ready; final'
ask 'command "stty -icanon min 0 time 1; cat; stty sane; echo timed"; waits "^timed"; waits "^ready"; final'
ask 'command "seq 1 100 | more"; waits More; final | tail -n 2; keys Space; waits "^2[0-9]"; waits More; keys q; waits ready'
ask 'command "printf \"\\033[31mred\\033[0m \\033[5;10Hplaced\\033[2;3Hup\\n\""; waits "^  up"; waits "^ready"; final; tm capture-pane -pe | grep -c "31mred"'
ask 'tm resize-window -x 40 -y 9; command "stty size"; waits "^9 40"; waits "^ready"; final'
echo 'trap "stty size; echo resized; exit" WINCH; echo now; while sleep 0.02; do :; done' >winch
ask 'command "sh winch"; waits "^now"; tm resize-window -x 44 -y 10; waits "^resized"; waits "^ready"; final'
ask 'tm split-window -v "echo other; tty | cut -c1-9; exec cat"; waits other; runs cat; tm list-panes -F "#{pane_index} #{pane_width}x#{pane_height} #{pane_active} #{pane_current_command}"'
ask 'tm select-pane -t 0; tm kill-pane -t 1; tm list-panes | wc -l; tm new-window "exec cat"; tm list-windows -F "#{window_index} #{window_panes}"'
ask 'tm display-message -p "#{session_name} #{pane_tty}" | sed "s/[0-9]*$/N/"; tm set-buffer text; tm paste-buffer -t :1; waits text; tm pipe-pane "cat >piped"; keys more Enter; waits more; tm pipe-pane; until grep -q more piped; do :; done; grep -c more piped'
ask 'tm run-shell "echo from tmux; exit 3"'
ask 'tm kill-server; until tm list-sessions 2>&1 | grep -q "no server"; do :; done; ls /tmp/tmux-0'
ask 'echo "tty" | script -q -c "cat" /dev/null | tr -d "\r" | head -1'
ask 'script -q -e -c "exit 9" typed; head -1 typed | cut -c1-14'
ask 'script -q -c "stty size; test -t 1 && echo terminal" /dev/null </dev/null | tail -n 1'
ask 'TERM=linux tput cols <$tty; TERM=xterm tput setaf 1 | od -c; infocmp -1 linux | head -2 | tail -1; toe 2>/dev/null | wc -l'
ask 'busybox stty -a <$tty | head -1; setterm --resize --term linux >/dev/null; busybox ttysize w <$tty'
