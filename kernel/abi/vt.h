/*
 * vt.h - consoles and keyboards in the Linux ABI (linux/kd.h, linux/vt.h, linux/keyboard.h).
 */
#pragma once
#include "kernel/lib/types.h"

enum {
	KIOCSOUND = 0x4b2f,
	KDMKTONE = 0x4b30,
	KDGETLED = 0x4b31,
	KDSETLED = 0x4b32,
	KDGKBTYPE = 0x4b33,
	KDSETMODE = 0x4b3a,
	KDGETMODE = 0x4b3b,
	KDGKBMODE = 0x4b44,
	KDSKBMODE = 0x4b45,
	KDGKBENT = 0x4b46,
	KDSKBENT = 0x4b47,
	KDGKBSENT = 0x4b48,
	KDSKBSENT = 0x4b49,
	KDKBDREP = 0x4b52,
	KDGKBMETA = 0x4b62,
	KDSKBMETA = 0x4b63,
	KDGKBLED = 0x4b64,
	KDSKBLED = 0x4b65,
	GIO_UNIMAP = 0x4b66,
	PIO_UNIMAP = 0x4b67,
	PIO_UNIMAPCLR = 0x4b68,
	GIO_CMAP = 0x4b70,
	PIO_CMAP = 0x4b71,
	KDFONTOP = 0x4b72,

	TIOCLINUX = 0x541c,

	VT_OPENQRY = 0x5600,
	VT_GETMODE = 0x5601,
	VT_SETMODE = 0x5602,
	VT_GETSTATE = 0x5603,
	VT_RELDISP = 0x5605,
	VT_ACTIVATE = 0x5606,
	VT_WAITACTIVE = 0x5607,
	VT_DISALLOCATE = 0x5608,
	VT_RESIZE = 0x5609,
	VT_LOCKSWITCH = 0x560b,
	VT_UNLOCKSWITCH = 0x560c,
};

#define KB_101	    2  /* KDGKBTYPE */
#define KD_TEXT	    0u /* KDSETMODE */
#define KD_GRAPHICS 1u
#define K_METABIT   3u /* KDSKBMETA */
#define K_ESCPREFIX 4u
#define VT_AUTO	    0 /* VT_SETMODE */
#define VT_PROCESS  1
#define VT_ACKACQ   2u /* VT_RELDISP */

#define LINUX_SHIFT_STATE 6 /* TIOCLINUX */
#define LINUX_FOREGROUND  12

struct kbentry {
	u8 table, index;
	u16 value;
};

struct kbsentry {
	u8 function;
	u8 string[512];
};

struct kbd_repeat {
	s32 delay, period;
};

struct vt_mode {
	s8 mode, wait;
	s16 release, acquire, unused;
};

struct vt_stat {
	u16 active, signal, state;
};

struct vt_sizes {
	u16 rows, cols, scroll;
};

/* KDFONTOP.  A picture takes 32 bytes, whatever its height. */
enum { KD_FONT_OP_SET, KD_FONT_OP_GET, KD_FONT_OP_SET_DEFAULT, KD_FONT_OP_COPY };
#define FONT_PICTURE_SIZE 32u

struct console_font_op {
	u32 op, flags, width, height, count;
	u8 __user *data;
};

/* A character, and the number of its picture. */
struct unipair {
	u16 c, place;
};

struct unimap {
	u16 count;
	struct unipair __user *entries;
};
