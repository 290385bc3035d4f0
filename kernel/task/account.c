/*
 * account.c - the users that have tasks, by real uid.
 *
 * Locking: accounts_lock for the table.  The count may drop to zero only under it, so that who
 * finds a user there can take a reference.
 */
#include "kernel/task/account.h"

#include "kernel/lib/hash.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/slab.h"

#define ACCOUNT_HASH_BITS 6

struct account account_root = { .refs = REFCOUNT_INIT(1), .hash = LIST_INIT(account_root.hash) };

static struct spinlock accounts_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list buckets[1 << ACCOUNT_HASH_BITS]; /* [accounts] all zero: an empty bucket */

static struct list *bucket(u32 uid)
{
	struct list *b = &buckets[hash_u64(uid, ACCOUNT_HASH_BITS)];

	if (!b->next)
		list_init(b);
	return b;
}

static struct account *find_locked(u32 uid)
{
	struct list *b = bucket(uid);
	struct account *u;

	assert_held(&accounts_lock);
	list_for_each (u, b, hash) {
		if (u->uid == uid)
			return account_get(u);
	}
	return NULL;
}

struct account *account_find(u32 uid)
{
	struct account *fresh, *u;

	if (uid == 0)
		return &account_root;
	fresh = kzalloc(sizeof(*fresh));
	spin_lock(&accounts_lock);
	u = find_locked(uid);
	if (!u && fresh) {
		u = fresh;
		fresh = NULL;
		refcount_init(&u->refs, 1);
		u->uid = uid;
		list_add(&u->hash, bucket(uid));
	}
	spin_unlock(&accounts_lock);
	kfree(fresh);
	return u;
}

struct account *account_get(struct account *u)
{
	if (u != &account_root)
		refcount_get(&u->refs);
	return u;
}

void account_put(struct account *u)
{
	bool gone;

	if (u == &account_root)
		return;
	spin_lock(&accounts_lock);
	gone = refcount_put(&u->refs);
	if (gone)
		list_del(&u->hash);
	spin_unlock(&accounts_lock);
	if (gone)
		kfree(u);
}
