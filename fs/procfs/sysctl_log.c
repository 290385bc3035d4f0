/*
 * sysctl_log.c - /proc/sys/kernel: what becomes of the log (kernel/lib/log.h).
 */
#include "fs/procfs/sysctl.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/task/cred.h"

void proc_show_dmesg_restrict(struct text *out)
{
	text_printf(out, "%d\n", READ_ONCE(log_restricted));
}

int proc_write_dmesg_restrict(char *text)
{
	s64 value;
	int error = task_capable(CAP_SYS_ADMIN) ? sysctl_parse(text, 0, 1, &value) : -EPERM;

	if (!error)
		WRITE_ONCE(log_restricted, value);
	return error;
}

/* Console, messages without a level, least and default console level. */
void proc_show_printk(struct text *out)
{
	text_printf(out, "%d\t%d\t1\t7\n", log_console_level, LOG_WARN);
}

int proc_write_printk(char *text)
{
	s64 level;

	text = str_trim(text);
	text[strnlen(text, 2)] = '\0';
	if (text[0] && (text[1] == ' ' || text[1] == '\t'))
		text[1] = '\0';
	if (sysctl_parse(text, 0, 15, &level))
		return -EINVAL;
	log_console_level = (int)level;
	return 0;
}

void proc_show_printk_ratelimit(struct text *out)
{
	text_printf(out, "%u\n", READ_ONCE(log_limit_seconds));
}

int proc_write_printk_ratelimit(char *text)
{
	s64 value;
	int error = sysctl_parse(text, 0, INT32_MAX, &value);

	if (!error)
		WRITE_ONCE(log_limit_seconds, (u32)value);
	return error;
}

void proc_show_printk_ratelimit_burst(struct text *out)
{
	text_printf(out, "%u\n", READ_ONCE(log_limit_burst));
}

int proc_write_printk_ratelimit_burst(char *text)
{
	s64 value;
	int error = sysctl_parse(text, 0, INT32_MAX, &value);

	if (!error)
		WRITE_ONCE(log_limit_burst, (u32)value);
	return error;
}

static const char *const devkmsg_words[] = { "ratelimit", "on", "off" }; /* enum log_programs */

void proc_show_printk_devkmsg(struct text *out)
{
	text_printf(out, "%s\n", devkmsg_words[READ_ONCE(log_programs)]);
}

/* A word and a newline, nothing else. */
int proc_write_printk_devkmsg(char *text)
{
	for (u32 i = 0; i < ARRAY_SIZE(devkmsg_words); i++) {
		size_t n = strlen(devkmsg_words[i]);

		if (!strncmp(text, devkmsg_words[i], n) && !strcmp(text + n, "\n")) {
			WRITE_ONCE(log_programs, (enum log_programs)i);
			return 0;
		}
	}
	return -EINVAL;
}
