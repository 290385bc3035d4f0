#!/bin/sh
# font.sh [FONT]: prints the assembly source that puts a console font (PSF1, perhaps with gzip) into
# the kernel.  Without one the kernel has no font: a VGA card's text mode shows its own, a picture
# shows nothing.
set -eu
font=${1-}

echo '	.section .rodata'
echo '	.globl font_start, font_end'
echo 'font_start:'
if [ -e "$font" ]; then
	gzip -dcf "$font" | od -An -v -tx1 | sed 's/ \(..\)/,0x\1/g; s/^,/	.byte /'
else
	echo 'font: no console font, so no screen with UEFI: tools/setup run installs psf-unifont' >&2
fi
echo 'font_end:'
echo '	.section .note.GNU-stack, "", @progbits'
