/*
 * sysctl.h - what the files of sysctl.c share.
 */
#pragma once
#include "kernel/lib/types.h"

struct text;

int sysctl_parse(char *text, s64 least, s64 most, s64 *out) must_check; /* -EINVAL */

void proc_show_dmesg_restrict(struct text *out);
int proc_write_dmesg_restrict(char *text);
void proc_show_printk(struct text *out);
int proc_write_printk(char *text);
void proc_show_printk_ratelimit(struct text *out);
int proc_write_printk_ratelimit(char *text);
void proc_show_printk_ratelimit_burst(struct text *out);
int proc_write_printk_ratelimit_burst(char *text);
void proc_show_printk_devkmsg(struct text *out);
int proc_write_printk_devkmsg(char *text);
