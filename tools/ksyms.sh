#!/bin/sh
# Turns the output of `nm -n` into the assembly of the kernel's table of function names:
# ksyms_start..ksyms_end is an array of { u64 address; u32 name_offset; u32 zero }, sorted by
# address; an offset counts from ksyms_names, where the names lie, each ended by a zero byte.
awk '
BEGIN {
	print "\t.section .rodata.ksyms, \"a\""
	print "\t.balign 8\n\t.globl ksyms_start, ksyms_end, ksyms_names\nksyms_start:"
}
$2 ~ /^[tT]$/ && $3 !~ /^\.L/ && $1 != last {
	printf "\t.quad 0x%s\n\t.long %d, 0\n", $1, offset
	names = names "\t.asciz \"" $3 "\"\n"
	offset += length($3) + 1
	last = $1
}
END {
	print "ksyms_end:\nksyms_names:"
	printf "%s", names
	print "\t.byte 0\n\t.section .note.GNU-stack, \"\", @progbits"
}'
