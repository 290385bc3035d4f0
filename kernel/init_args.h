/*
 * init_args.h - what of the command line is for the first program.
 *
 * As Linux has it: words that the kernel does not know become arguments of init, unknown name=value
 * pairs become its environment, and everything behind "--" its arguments.
 */
#pragma once
#include "kernel/lib/types.h"

#define INIT_ARGS_MAX 32

struct init_args {
	const char *argv[INIT_ARGS_MAX + 1]; /* without argv[0]; ends with NULL */
	const char *envp[INIT_ARGS_MAX + 1];
	char rdinit[256], init[256];
	char words[2048];
};

/* Words beyond INIT_ARGS_MAX are dropped and logged. */
void init_args_parse(struct init_args *args, const char *cmdline);
