/*
 * A part of a test that a child runs.
 */
#pragma once
#include <sys/wait.h>
#include <unistd.h>

/* Runs the statements in a child; the status is what waitpid gave. */
#define IN_CHILD(...)                           \
	({                                      \
		int in_status = -1;             \
		pid_t in_pid = fork();          \
		if (!in_pid) {                  \
			{                       \
				__VA_ARGS__;    \
			}                       \
			_exit(0);               \
		}                               \
		waitpid(in_pid, &in_status, 0); \
		in_status;                      \
	})
