/*
 * exe.h - the file of a running program: as long as a process has it, nobody may write to it.
 */
#pragma once
#include "fs/file.h"

struct process;

/* The file may be run: counted, so that opening it for writing fails.  -ETXTBSY. */
int exe_deny_write(struct inode *inode) must_check;
void exe_allow_write(struct inode *inode);

/* One more process runs f. */
struct file *exe_get(struct file *f);
void exe_put(struct file *f); /* may sleep */
/* Takes over the reference; returns the old one, for exe_put. */
struct file *exe_replace(struct process *p, struct file *f) must_check;
