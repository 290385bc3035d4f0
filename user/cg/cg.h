/*
 * cg.h - what the container tools share.  All of them are one program, cgtools, that goes by the
 * name it is called with; a tool is a file here and a line in main.c.
 *
 * Every tool has --help and --json, and ends with 0, with EXIT_FAILURE after an error that it
 * named on stderr as "TOOL: FILE: REASON", or with EXIT_USAGE when it did not understand.
 */
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define EXIT_USAGE 2

struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *help;
};

/* --- main.c: options and errors --- */

extern const char *tool; /* the name for messages */
extern bool want_json;	 /* --json was given */
extern int failures;	 /* things that went wrong; the status of finish() */

/* As getopt_long; serves --help and --json itself, and ends the program on an unknown option.
   shorts begins with "+" where options end at the first other word. */
int option_next(int argc, char **argv, const char *shorts, const struct option *longs);
#define OPTIONS_COMMON                                                           \
	{ "help", no_argument, NULL, 'h' }, { "json", no_argument, NULL, 1000 }, \
	{                                                                        \
		0                                                                \
	}

void usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void complain_errno(const char *path); /* "path: reason" */
int finish(void);		       /* flushes; the exit status */
extern int exit_failure;	       /* the status of die() */
long number_parse(const char *text, long least, long most, const char *what);

void *allocate(size_t size); /* zeroed; never NULL */
char *join(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *printable(char *text); /* with ? for what would move a terminal; text may be NULL */

/* --- json.c --- */

void json_open(const char *key, char bracket); /* '{' or '['; key NULL inside an array */
void json_close(char bracket);
void json_end(void); /* the document ends */
void json_string(const char *key, const char *value);
void json_number(const char *key, long long value);
void json_real(const char *key, double value);
void json_value(const char *key, const char *value); /* a number if it looks like one */
void json_to(FILE *file);			     /* where it goes; stdout at first */

/* --- hierarchy.c: what is mounted --- */

struct place {
	struct place *next;
	char *where;
};

struct hierarchy {
	struct hierarchy *next;
	unsigned id;
	char *label;	      /* as in /proc/PID/cgroup: "cpu,cpuacct", "name=x" */
	char *where;	      /* the first place where it is mounted */
	struct place *places; /* all of them */
	bool noprefix;
};

struct hierarchy *hierarchies_read(void); /* those that are mounted, the lowest number first */
struct hierarchy *hierarchy_find(struct hierarchy *all, const char *part); /* or NULL */
bool label_has(const char *label, const char *part);
struct subsystem {
	struct subsystem *next;
	char *name;
	unsigned hierarchy;
};
struct subsystem *subsystems_read(void);
void hierarchy_json(const struct hierarchy *h); /* id, subsystems, name, mount as members */

/* --- group.c: a container is a directory --- */

char *file_read(const char *path); /* without the last newline; NULL with errno */
int file_write(const char *path, const char *text);
bool number_read(const char *path, long long *value);

/* The path of file "pids.max" in directory dir of h. */
char *group_file(const struct hierarchy *h, const char *dir, const char *file);

/* Calls with each number in a file of numbers; how many there were, or -1 with errno. */
long numbers_each(const char *path, void (*with)(long number, void *data), void *data);

struct group {
	struct group *parent, *child, *next;
	char *path;	  /* below the mount: "/", "/a/b" */
	char *dir;	  /* from the root */
	ino_t inode;	  /* tells it from another that had its name */
	long tasks;	  /* its own */
	long long usage;  /* for cgtop and cgtree, nanoseconds */
	long long time;	  /* when that was read */
	double rate, own; /* for cgtop */
};

/* The tree below path of h; NULL with errno.  What goes meanwhile is left out.  see may be NULL; it
   is told of a group after all below it, and leaves it out by returning false. */
struct group *tree_read(const struct hierarchy *h, const char *path, bool (*see)(struct group *g));
void tree_free(struct group *g);
long tree_tasks(const struct group *g); /* with those below */

/* --- target.c: "CONTROLLERS:PATH", as in -g cpu,pids:/a --- */

struct target {
	struct target *next;
	struct hierarchy *h;
	char *path, *dir;
};

/* Appends a target for each hierarchy that has one of the controllers ("*" is all). */
void targets_add(struct target **list, struct hierarchy *all, const char *text);
/* Writes number to the target's tasks or cgroup.procs; complains and is false if that fails. */
bool target_move(const struct target *target, const char *file, long number);
