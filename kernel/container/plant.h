/*
 * plant.h - faults for the self-check to find, in a debug build.
 */
#pragma once
#include "kernel/lib/types.h"

#ifdef DEBUG
/* "I1" and so on: broken during the next check; "0": none.  -EINVAL.  container_mutex held. */
int plant_choose(const char *name) must_check;
/* Around a check, css_set_lock held, so that nobody else sees it. */
void plant(void);
void unplant(void);
#else
static inline void plant(void)
{
}

static inline void unplant(void)
{
}
#endif
