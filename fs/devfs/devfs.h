/*
 * devfs.h - the file system of device nodes.
 */
#pragma once

/* Boot, when it is known which devices there are. */
void devfs_init(void);
