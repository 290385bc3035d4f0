/*
 * vt_keys.c - requests about the keyboard (vt.h): its map, its strings, its modes and lights.
 *
 * Whoever has the console as its terminal may change what is the console's own; the map is that of
 * all consoles and needs CAP_SYS_TTY_CONFIG.
 */
#include "arch/uaccess.h"
#include "kernel/abi/vt.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define DEFAULT_KEYS 128u /* keys behind it mean nothing until somebody says so */

struct keymap vt_keymap;

static bool may_configure(void)
{
	return cred_capable(task_current()->cred, CAP_SYS_TTY_CONFIG);
}

/* --- the map -------------------------------------------------------------------------------------
 */

static u16 *map_create(void)
{
	u16 *map = kmalloc(KEYMAP_KEYS * sizeof(*map));

	for (u32 key = 0; map && key < KEYMAP_KEYS; key++)
		map[key] = KEY_HOLE;
	return map;
}

bool vt_keymap_init(void)
{
	for (u32 m = 0; m < KEYMAPS; m++) {
		if (!keymap_is_default(m))
			continue;
		vt_keymap.maps[m] = map_create();
		for (u32 key = 0; vt_keymap.maps[m] && key < DEFAULT_KEYS; key++)
			vt_keymap.maps[m][key] = keymap_default(m, key);
	}
	for (u32 n = 0; n < KEY_STRINGS; n++)
		if (keymap_default_string(n))
			vt_keymap.strings[n] = kstrdup(keymap_default_string(n));
	return vt_keymap.maps[0];
}

/* With every kind of symbol, its greatest value. */
static bool symbol_is_good(const struct vt *v, u16 symbol)
{
	static const u8 most[KEY_TYPES] = { 255, 255, 19, 19,  6, 255, 3, 8,
					    255, 25,  8,  255, 8, 255, 10 };
	u32 type = symbol >> 8;

	if (type < KEY_TYPES)
		return (symbol & 0xff) <= most[type];
	return READ_ONCE(v->keys.mode) == KEY_UNICODE;
}

static long get_entry(struct vt *v, struct kbentry __user *p)
{
	struct kbentry e;

	if (copy_from_user(&e, p, sizeof(e)))
		return -EFAULT;
	spin_lock(&vt_lock);
	if (vt_keymap.maps[e.table]) {
		e.value = keymap_find(&vt_keymap, e.table, e.index);
		if (e.value >> 8 >= KEY_TYPES && v->keys.mode != KEY_UNICODE)
			e.value = KEY_HOLE;
	} else {
		e.value = e.index ? KEY_HOLE : KEY_NO_MAP;
	}
	spin_unlock(&vt_lock);
	return put_user(e.value, &p->value);
}

/* Key 0 with KEY_NO_MAP takes the whole table away, but for the first one. */
static long drop_map(u32 table)
{
	u16 *old = NULL;

	spin_lock(&vt_lock);
	if (table) {
		old = vt_keymap.maps[table];
		vt_keymap.maps[table] = NULL;
	}
	spin_unlock(&vt_lock);
	kfree(old);
	return 0;
}

static long set_entry(struct vt *v, const struct kbentry __user *p)
{
	struct kbentry e;
	u16 *map = NULL;

	if (copy_from_user(&e, p, sizeof(e)))
		return -EFAULT;
	if (!may_configure())
		return -EPERM;
	if (!e.index && e.value == KEY_NO_MAP)
		return drop_map(e.table);
	if (!symbol_is_good(v, e.value))
		return -EINVAL;
	if (!READ_ONCE(vt_keymap.maps[e.table])) {
		map = map_create();
		if (!map)
			return -ENOMEM;
	}
	spin_lock(&vt_lock);
	if (!vt_keymap.maps[e.table]) {
		vt_keymap.maps[e.table] = map;
		map = NULL;
	}
	/* Somebody may have taken it away in between; then this change went with it. */
	if (vt_keymap.maps[e.table])
		vt_keymap.maps[e.table][e.index] = e.value;
	spin_unlock(&vt_lock);
	kfree(map);
	return 0;
}

static long get_string(struct kbsentry __user *p)
{
	u8 function;
	char *text;
	size_t n = 0;
	long result;

	if (get_user(function, &p->function))
		return -EFAULT;
	text = kzalloc(KEY_STRING_MAX);
	if (!text)
		return -ENOMEM;
	spin_lock(&vt_lock);
	if (vt_keymap.strings[function])
		n = strcopy(text, vt_keymap.strings[function], KEY_STRING_MAX);
	spin_unlock(&vt_lock);
	result = copy_to_user(p->string, text, n + 1);
	kfree(text);
	return result;
}

static long set_string(const struct kbsentry __user *p)
{
	char *text, *old;
	u8 function;

	if (!may_configure())
		return -EPERM;
	if (get_user(function, &p->function))
		return -EFAULT;
	text = kmalloc(KEY_STRING_MAX);
	if (!text)
		return -ENOMEM;
	if (copy_from_user(text, p->string, KEY_STRING_MAX)) {
		kfree(text);
		return -EFAULT;
	}
	text[KEY_STRING_MAX - 1] = 0;
	spin_lock(&vt_lock);
	old = vt_keymap.strings[function];
	vt_keymap.strings[function] = text;
	spin_unlock(&vt_lock);
	kfree(old);
	return 0;
}

/* --- modes and lights ----------------------------------------------------------------------------
 */

static long set_mode(struct vt *v, u64 mode)
{
	if (mode > KEY_OFF)
		return -EINVAL;
	spin_lock(&vt_lock);
	v->keys.mode = (enum key_mode)mode;
	spin_unlock(&vt_lock);
	return 0;
}

static long set_meta(struct vt *v, u64 mode)
{
	if (mode != K_METABIT && mode != K_ESCPREFIX)
		return -EINVAL;
	WRITE_ONCE(v->keys.meta_bit, mode == K_METABIT);
	return 0;
}

static long set_leds(struct vt *v, u64 leds)
{
	if (leds & ~0x77ul)
		return -EINVAL;
	spin_lock(&vt_lock);
	v->keys.leds = leds & 7;
	spin_unlock(&vt_lock);
	vt_changed();
	return 0;
}

/* The keyboard itself repeats keys; this is how fast. */
static long repeat(struct kbd_repeat __user *p)
{
	static const struct kbd_repeat rate = { .delay = 250, .period = 33 };

	if (!may_configure())
		return -EPERM;
	return copy_to_user(p, &rate, sizeof(rate));
}

long vt_key_ioctl(struct vt *v, unsigned cmd, u64 arg, bool permitted)
{
	switch (cmd) {
	case KDGKBENT:
		return get_entry(v, (struct kbentry __user *)arg);
	case KDSKBENT:
		return set_entry(v, (const struct kbentry __user *)arg);
	case KDGKBSENT:
		return get_string((struct kbsentry __user *)arg);
	case KDSKBSENT:
		return set_string((const struct kbsentry __user *)arg);
	case KDGKBMODE:
		return put_user((s32)READ_ONCE(v->keys.mode), (s32 __user *)arg);
	case KDSKBMODE:
		return permitted ? set_mode(v, arg) : -EPERM;
	case KDGKBMETA:
		return put_user((s32)(READ_ONCE(v->keys.meta_bit) ? K_METABIT : K_ESCPREFIX),
				(s32 __user *)arg);
	case KDSKBMETA:
		return permitted ? set_meta(v, arg) : -EPERM;
	case KDGKBLED:
	case KDGETLED:
		return put_user(READ_ONCE(v->keys.leds), (u8 __user *)arg);
	case KDSKBLED:
		return permitted ? set_leds(v, arg) : -EPERM;
	case KDSETLED: /* lights apart from the locks they show: there are none */
		return permitted ? 0 : -EPERM;
	case KDKBDREP:
		return repeat((struct kbd_repeat __user *)arg);
	default:
		return -ENOTTY;
	}
}
