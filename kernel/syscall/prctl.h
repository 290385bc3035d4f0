/*
 * prctl.h - the parts of prctl(2).
 */
#pragma once
#include "kernel/lib/types.h"

/* PR_SET_MM with its four arguments: where the program's parts are said to be. */
long prctl_mm(u64 what, u64 at, u64 size, u64 rest);
