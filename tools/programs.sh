#!/bin/sh
# programs.sh DIR: fetches Debian's packages of the list below into DIR/deb and unpacks them into
# DIR/root; nothing is installed.  DIR/versions says which they are.  What no program reads (manuals,
# translations, character sets) is left out.
set -eu

# What people run, and behind it the libraries that it names.
packages='
bash-static dash lua5.4 make mawk perl-base procps python3.11-minimal sed sqlite3 tar tmux
coreutils diffutils findutils gawk grep gzip bzip2 xz-utils bc
util-linux util-linux-extra mount cgroup-tools stress-ng

libc6 libc-bin libcrypt1 libgcc-s1 libstdc++6 ncurses-base
libacl1 libattr1 libaudit1 libblkid1 libbz2-1.0 libcap-ng0 libcap2 libcgroup2 libevent-core-2.1-7
libexpat1 libgcrypt20 libgmp10 libgpg-error0 liblz4-1 liblzma5 libmount1 libmpfr6 libncursesw6
libpam0g libpcre2-8-0 libproc2-0 libpython3.11-minimal libpython3.11-stdlib libreadline8 libselinux1 libsigsegv2
libsmartcols1 libsqlite3-0 libsystemd0 libtinfo6 libudev1 libutempter0 libuuid1 libzstd1 zlib1g

libapparmor1 libbsd0 libdrm2 libegl1 libffi8 libgbm1 libgles2 libglvnd0 libipsec-mb1 libjpeg62-turbo
libjudydebian1 libkmod2 libmd0 libsctp1 libssl3 libwayland-server0 libxau6 libxcb-randr0 libxcb1
libxdmcp6 libxxhash0'

mkdir -p "$1/deb"
cd "$1"
missing=
for package in $packages; do
	set -- deb/"$package"_*.deb
	[ -e "$1" ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
	command -v apt-get >/dev/null 2>&1 || {
		echo "programs.sh: no apt-get here; put Debian's packages into $PWD/deb:$missing" >&2
		exit 1
	}
	echo "programs.sh: fetching $(echo "$missing" | wc -w) packages"
	# shellcheck disable=SC2086
	fetch() {
		(cd deb && apt-get download -q $missing) >log 2>&1
	}
	fetch || { $(command -v sudo) apt-get update -qq && fetch; } || { cat log >&2; exit 1; }
fi

rm -rf root
mkdir root
for package in $packages; do
	dpkg-deb -x deb/"$package"_*.deb root
	dpkg-deb -W --showformat='${Package} ${Version}\n' deb/"$package"_*.deb
done | sort >versions.new
share=root/usr/share
rm -rf $share/doc $share/man $share/info $share/locale $share/lintian $share/bash-completion \
	root/usr/lib/x86_64-linux-gnu/gconv root/usr/games root/var root/lib/systemd root/usr/lib/systemd
# The shell of the initramfs stays /bin/sh.
rm -f root/bin/sh
[ -e root/lib64/ld-linux-x86-64.so.2 ] ||
	{ mkdir -p root/lib64 && ln -s /usr/lib64/ld-linux-x86-64.so.2 root/lib64/; }
mv versions.new versions
