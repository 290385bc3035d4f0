/*
 * vt.h - virtual consoles: tty1 to tty8, each with a screen of its own, one of them in front on the
 * display and with the keyboard.
 *
 * Locking: vt_lock, rank UART, guards screens, escape states, keys, the keymap and who is in front:
 * the log prints with its lock held.  Whoever changes a screen calls vt_changed() afterwards.
 *
 *   [v] vt_lock    [I] immutable    [a] atomic    [t] tty->lock
 */
#pragma once
#include "kernel/abi/vt.h"
#include "kernel/dev/tty.h"
#include "kernel/dev/vt/display.h"
#include "kernel/dev/vt/escape.h"
#include "kernel/dev/vt/keyboard.h"
#include "kernel/dev/vt/screen.h"

#define VTS 8u

struct vt {
	u32 index;	       /* [I] tty1 has 0 */
	struct screen screen;  /* [v] */
	struct escape escape;  /* [v] */
	struct key_state keys; /* [v] */
	bool graphics;	       /* [v] KDSETMODE: a program paints; we do not */
	bool log_line;	       /* [v] the log is in the middle of a line */
	bool held;	       /* [t] ^S */
	struct vt_mode mode;   /* [v] VT_SETMODE: is a process asked before another one comes? */
	struct pid *pid;       /* [v] that process, a reference; NULL: none ever was */
	s32 wanted;	       /* [v] it was asked to make room for this one; -1: for none */
	struct tty tty;
};

extern struct spinlock vt_lock;
extern const struct display *vt_display; /* [I] after boot; NULL: there are no consoles */
extern u32 vt_foreground;		 /* [v] an index */
extern struct keymap vt_keymap;		 /* [v] */

/* Boot: looks for a display and, if there is one, for a keyboard. */
void vt_init(void);
void vt_start(void); /* when there are tasks: the one that paints */

/* Consoles come into being when somebody asks for them, in any context; NULL: no such console, no
   memory.  They stay for ever. */
struct vt *vt_get(u32 index);
struct vt *vt_find(u32 index); /* only if it is there; any lock may be held */
struct vt *vt_front(void);
bool vt_exists(void); /* there is a display */

/* tty0 (number 0) stands for the one in front. */
struct tty *vt_tty(u32 number);
void vt_log(void *number, const char *text, size_t n); /* for the log; number as for vt_tty() */

/* vt_switch.c */
bool vt_switch(u32 index); /* to the front, sooner or later; false: there is no such console */
int vt_wait_front(u32 index) must_check; /* until it is there: 0, -ERESTARTSYS */
int vt_set_mode(struct vt *v, const struct vt_mode *mode) must_check; /* VT_SETMODE: -EINVAL */
int vt_release(struct vt *v, u64 answer) must_check;		      /* VT_RELDISP: -EINVAL */
void vt_lock_switch(bool lock);					      /* nobody goes elsewhere */
extern u32 vt_last;						      /* [v] in front before */

/* paint.c */
void vt_changed(void);	  /* something is to be painted or answered; any context */
void vt_paint_all(void);  /* [v] forgets what the display shows */
bool vt_paint_init(void); /* false: no memory */
void vt_paint_task(void *unused);
void vt_panic_write(const char *text, size_t n);

/* vt_input.c: a byte of the keyboard, in its interrupt. */
void vt_key_byte(u8 byte);
u32 vt_modifiers(void);
void vt_answer(struct vt *v); /* gives the terminal what the screen answers; may not hold locks */

/* Held while something is drawn, and while what characters look like is changed. */
extern struct mutex vt_font_lock;

/* vt_font.c: requests about the font and the colours; -ENOTTY: it is none of them. */
long vt_font_ioctl(unsigned cmd, u64 arg, bool permitted);

/* vt_ioctl.c, vt_keys.c */
long vt_ioctl(struct tty *t, struct file *f, unsigned cmd, u64 arg);
long vt_key_ioctl(struct vt *v, unsigned cmd, u64 arg, bool permitted);
bool vt_keymap_init(void);

/* i8042.c */
bool i8042_init(void (*receive)(u8 byte));
void i8042_set_leds(u8 leds); /* LED_*; sleeps */
