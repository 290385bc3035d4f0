/*
 * framework.h - hierarchies, containers, css_sets: the framework's own structures.
 *
 * A hierarchy is a tree of containers with a set of subsystems.  A css_set is one choice of a
 * container in every hierarchy; all tasks with the same choice share it, so a task needs one
 * pointer and one list node.  A css_set_link joins a css_set to its container in one hierarchy.
 *
 *   [m] container_mutex    [s] css_set_lock    [m+s] both to change, either to read
 *   [I] immutable
 */
#pragma once
#include "fs/super.h"
#include "kernel/container/container.h"
#include "kernel/lib/list.h"
#include "kernel/lib/refcount.h"
#include "kernel/sched/gate.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/wait.h"

#define HIERARCHY_MAX	   32
#define HIERARCHY_NAME_MAX 63

extern struct mutex container_mutex;
extern struct spinlock css_set_lock;
extern struct gate container_gate;    /* fork.c: closed by migrations, under container_mutex */
void container_find_hooks(void);      /* fork.c: at boot, before the first slice is booked */
extern u64 subsys_asked, subsys_told; /* [I] fork.c: those with can_attach, with attach */

struct container {
	struct refcount refs;	     /* the tree, children, and whoever looks at it, as inodes do */
	struct hierarchy *hierarchy; /* [I] */
	struct container *parent;    /* [I] a reference; NULL at the root */
	struct list children;	     /* [m] oldest first */
	struct list sibling;	     /* [m] */
	struct list links;	     /* [m+s] css_set_link.of_container */
	struct css *css[SUBSYS_COUNT]; /* [m] NULL: that subsystem is not in this hierarchy */
	struct dentry *dentry;	       /* [m] its directory; NULL for the dummy's */
	u32 child_count;	       /* [m] */
	bool removed;		       /* [m] by rmdir: every file answers ENODEV */
	bool notify_on_release;	       /* [m] */
	bool clone_children;	       /* [m] */
	bool releasable;	       /* [s] has lost a task or a child since notify was set */
	struct list release_node;      /* [s] waits for its release agent */
	u32 uid, gid;	   /* [I] who made it: its control files belong to them at first */
	struct list files; /* [m] dentry.sibling: control files that were looked up */
	u32 file_count;	   /* [m] of them */
	u32 events;	   /* [a] css_notify was called so often */
};

/* Options that last as long as the hierarchy. */
#define HIERARCHY_NOPREFIX	 BIT(0)
#define HIERARCHY_XATTR		 BIT(1)
#define HIERARCHY_CPUSET_V2_MODE BIT(2)
#define HIERARCHY_FAVORDYNMODS	 BIT(3)

/* Objects of kernel memory that a control file takes: its dentry, its inode, what it is. */
#define CONTAINER_FILE_OBJECTS 3

struct hierarchy {
	struct list node;		   /* [m] in hierarchies, oldest first; the dummy leads */
	u32 id;				   /* [I] 0: the dummy, which owns what is not mounted */
	u64 subsys;			   /* [m] bit per subsys_id */
	u32 containers;			   /* [m] the root included */
	unsigned flags;			   /* [I] HIERARCHY_* */
	char name[HIERARCHY_NAME_MAX + 1]; /* [I] "": none */
	char *release_agent;		   /* [m] NULL: none */
	struct super *super;  /* [m] the file system that shows it; NULL for the dummy */
	struct container top; /* the hierarchy is freed with it; the super has a reference */
};

struct css_set_link {
	struct css_set *set;	     /* [I] */
	struct container *container; /* [I] */
	struct list of_set;	     /* [m+s] */
	struct list of_container;    /* [m+s] */
};

#define CSS_SET_OWN_LINKS 2 /* in the set itself: the dummy's, and of one hierarchy */

struct css_set {
	struct list hash;	       /* [m+s] */
	u64 key;		       /* [I] sum of its containers' addresses, roots left out */
	struct css *css[SUBSYS_COUNT]; /* [I] */
	struct list links;	       /* [m+s] css_set_link.of_set, in the order of hierarchies */
	struct list tasks;	       /* [s] task_containers.node */
	struct list mg_tasks;	       /* [s] those that are being moved away */
	u32 task_count;		       /* [s] whose set it is */
	u32 pins;     /* [s] others that want it to stay: it goes with the last of both */
	u32 mg_going; /* [m] of a source: those that its migration will collect */
	bool joined;  /* [s] it has had a task */
	u32 id;	      /* [I] */

	/* Of the migration that is under way; idle outside container_mutex. */
	struct css_set *mg_next;   /* [m] in taskset.sets; NULL: the last */
	struct container *mg_from; /* [m] not NULL: in taskset.sets */
	struct css_set *mg_to;	   /* [m] where its tasks go; pinned */

	struct css_set_link own[CSS_SET_OWN_LINKS]; /* [m+s] set NULL: free */
};

extern struct list hierarchies; /* [m] */
extern u32 hierarchy_count;	/* [m] of them, the dummy included */
extern struct hierarchy dummy_hierarchy;
extern struct css_set init_css_set;

/* css.c */
extern struct waitq container_events; /* css_notify wakes it */

/* css_set.c */
void css_set_init_first(void);
/* The container that tasks of a set leave when they go to `to`; m and s. */
struct container *css_set_leaves(const struct css_set *set, struct container *to);
/* The set that differs from `from` only in having `to` in place of `old`; NULL: there is none.
   m and s. */
struct css_set *css_set_find(struct css_set *from, struct container *old, struct container *to);
/* If there is none: a fresh one, without tasks and pins; NULL: no memory.  m and s, which is let
   go of while memory is asked for. */
struct css_set *css_set_create(struct css_set *from, struct container *old, struct container *to);
bool css_set_is_hashed(struct css_set *set); /* in the right bucket; s */
void css_set_destroy(struct css_set *set);   /* nobody wants it any more; s */
/* A task or a pin less; s. */
static inline void css_set_drop(struct css_set *set)
{
	if (unlikely(!set->task_count && !set->pins))
		css_set_destroy(set);
}
struct container *css_set_container(const struct css_set *set,
				    const struct hierarchy *h); /* m or s */
int css_set_link_hierarchy(struct hierarchy *h) must_check; /* every set joins h->top; -ENOMEM */
void css_set_unlink_hierarchy(struct hierarchy *h);
bool container_is_busy(struct container *c); /* some set, and so some task, uses it; m */

/* tree.c */
struct container *container_get(struct container *c);
void container_put(struct container *c);
int container_setup(struct container *c, struct hierarchy *h, struct container *parent) must_check;
/* A child that is not in the tree yet; ERR_PTR.  Then add or discard it. m */
struct container *container_create(struct container *parent);
void container_add(struct container *c, struct dentry *dentry); /* m */
void container_discard(struct container *c);			/* m */
/* undo: it is given up before anybody was in it.  -EBUSY.  m */
int container_remove(struct container *c, bool undo) must_check;
/* The next of the whole tree, parents first; NULL: c was the last.  m */
struct container *container_next(struct container *c);
/* By such a path, without a reference; NULL.  m */
struct container *container_find(struct hierarchy *h, const char *path);
/* Within the hierarchy: "/", "/a/b".  m */
void container_show_path(struct container *c, struct text *out);
/* As one sees it who takes root for the top: "/", "/b", "/../c".  m */
void container_show_path_from(struct container *root, struct container *c, struct text *out);
struct container *container_seen_root(struct hierarchy *h); /* by the running task; borrowed */

/* hierarchy.c: mount options and binding.  m */
struct hierarchy_options {
	u64 subsys;
	bool none, all, clone_children;
	unsigned flags; /* HIERARCHY_* */
	char name[HIERARCHY_NAME_MAX + 1];
	char *release_agent; /* kmalloc'd or NULL */
};
int hierarchy_parse(const char *text,
		    struct hierarchy_options *o) must_check; /* -EINVAL, -ENOMEM */
/* An existing hierarchy that these options mean, a fresh one (super is NULL), or ERR_PTR. */
struct hierarchy *hierarchy_open(struct hierarchy_options *o);
int hierarchy_remount(struct hierarchy *h, struct hierarchy_options *o) must_check;
void hierarchy_destroy(struct hierarchy *h);
void hierarchy_show_options(const struct hierarchy *h, struct text *out);

/* release.c: something left c, its last task or its last child: its release agent runs if it is
   empty by now, wants it, and stays so.  s */
void release_check(struct container *c);

/* migrate.c */
/* Tasks that each subsystem was asked for, and what became of them. m */
extern u64 migrate_asked[SUBSYS_COUNT], migrate_moved[SUBSYS_COUNT],
	migrate_cancelled[SUBSYS_COUNT];
/* Moves t, or its whole process, into `to`: all or nothing.  Subsystems' errno, or -ENOMEM. m */
int container_attach(struct container *to, struct task *t, bool whole_process) must_check;
/* Moves every task of `from`: all or nothing; none is born into it meanwhile. -EXDEV: another
 * hierarchy. m */
int container_transfer(struct container *to, struct container *from) must_check;

/* show.c: for procfs. */
void container_show_cpuset(struct task *t, struct text *out); /* /proc/PID/cpuset */
void container_show_subsystems(struct text *out, bool v11);   /* /proc/cgroups, /proc/containers */
void container_show_sets(struct text *out);		      /* /proc/sched_trace */
void container_show_task(struct task *t, struct text *out,
			 bool v11); /* /proc/PID/cgroup, container */

/* The names of the files that a hierarchy adds depend on it: "cpuacct.usage" or "usage". */
static inline const char *subsys_prefix(const struct hierarchy *h, int id)
{
	return h->flags & HIERARCHY_NOPREFIX ? "" : subsystems[id]->name;
}
