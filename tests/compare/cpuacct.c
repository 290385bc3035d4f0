/*
 * The subsystem cpuacct: what its files say to what is written.
 */
#include "control.h"

int main(void)
{
	umask(022);
	MUST(!mkdir(AT, 0755));
	files_of("cpuacct");
	return rmdir(AT);
}
