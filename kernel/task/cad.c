/*
 * cad.c - Ctrl-Alt-Del (cad.h).
 */
#include "kernel/task/cad.h"

#include "arch/power.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/log.h"
#include "kernel/task/process.h"
#include "kernel/task/signal.h"

bool cad_restarts = true;

void cad_pressed(void)
{
	if (!READ_ONCE(cad_restarts)) {
		signal_send_process(init_process, SIGINT, NULL);
		return;
	}
	log_print(LOG_EMERG, "reboot: Restarting system");
	power_reset();
}
