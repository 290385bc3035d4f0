/*
 * cad.h - Ctrl-Alt-Del: restarts the machine, or tells process 1, as reboot(2) has set it.
 */
#pragma once
#include "kernel/lib/types.h"

extern bool cad_restarts; /* [a] at first; /proc/sys/kernel/ctrl-alt-del */
void cad_pressed(void);	  /* any context, no locks held */
