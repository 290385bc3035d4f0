/*
 * rename.h - the kernel's versions of C library functions under names of their own, so that both
 * can be in one program.  Included before everything else.
 */
#pragma once

#define memcpy	kernel_memcpy
#define memmove kernel_memmove
#define memset	kernel_memset
#define memcmp	kernel_memcmp
#define memchr	kernel_memchr
#define strlen	kernel_strlen
#define strnlen kernel_strnlen
#define strcmp	kernel_strcmp
#define strncmp kernel_strncmp
#define strchr	kernel_strchr
#define strrchr kernel_strrchr
#define strstr	kernel_strstr
