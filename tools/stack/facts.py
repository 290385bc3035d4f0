"""What the image and the sources do not tell about the use of stacks, each fact with its reason."""

# What an interrupt takes of the stack on which it comes: struct trap_frame, what the CPU leaves out
# to align it, and the return address of the handler.
INTERRUPT = 168 + 8 + 8

# Every function that begins on a stack: (bytes above its frame, most that all may take).  The stack
# of a task, of a CPU's interrupts and of its idle thread has 4,096 bytes, that of NMIs too.
MOST = 3600
ENTRIES = {
    "syscall_entry": (0, MOST),
    "trap_user": (176, MOST),              # struct trap_frame, aligned
    "upcall_thread_started": (176, MOST),
    "kernel_task_main": (200, MOST),       # the frame of a program that it may become
    "kernel_main": (16, MOST),
    "ap_start": (16, MOST),
    "sched_idle": (400, MOST),             # below one of the two
    "trap_irq": (24, MOST),
    "trap_no_context": (184, MOST),
    "end": (16, 8000),                     # of a panic
}

# (caller, callee): it does not happen, and why.  (function, pointer): nothing is behind it.
NEVER = {
    ("console_write_polled", "console_write_polled"): "the other console has another function",
    ("console_write_polled", "vt_panic_write"): "only in a panic, on the stack of that",
    ("panic_with", "finish"): "only in a second panic, on the stack of the first",
    ("stack_call", "stack_call().fn"): "on another stack: the entry end()",
    ("unix_message_free", "unix_control_drop"): "only of a message without files, or it is doomed",
    ("move_all", "container_subsys.cancel_attach"): "no subsystem has one",
}

# (function, pointer): what alone can be behind it there, and why.
ONLY = {
    ("file_read_kernel", "file_ops.read"): (
        {"mapping_file_read", "pseudo_read", "tasks_read"}, "of regular files: programs and scripts"),
}

# (caller, callee): what it comes down to when this caller calls it.
INSTEAD = {
    ("pid_put", "namespace_put"): "free_namespaces",       # of numbers
    ("make_file", "file_write"): "mapping_file_write",     # initramfs.c, to the first file system
}

# (caller, callee): how often at most on one way, and why.
TIMES = {
    ("free_below", "free_below"): (2, "levels of page tables"),
    ("prune_below", "prune_below"): (2, "levels of page tables"),
    ("tables_below", "tables_below"): (11, "HEIGHT_MAX of radix.c"),
    ("height_down", "height_down"): (6, "HEIGHT_MAX of epoll_ctl.c"),
    ("height_up", "height_up"): (6, "HEIGHT_MAX of epoll_ctl.c"),
    ("ready_add", "ready_add"): (5, "HEIGHT_MAX of epoll_ctl.c"),
    ("epoll_poll", "file_poll"): (5, "HEIGHT_MAX of epoll_ctl.c"),
    ("wake_waiters", "epoll_callback"): (1, "an epoll that watches another is no waiter of its"),
    ("namespace_put", "free_namespace"): (1, "no mount shows the file of a namespace: bind refuses"),
    ("note_record", "waitq_wake_n"): (1, "with interrupts on only, and who wakes has them off"),
}

# Below this function, or this call of it, these calls of TIMES do not happen.
BELOW = {
    "thread_wake": [("note_record", "waitq_wake_n")],
    "wake_waiters": [("note_record", "waitq_wake_n")],
    "place_locked": [("note_record", "waitq_wake_n")],
    "mount_free": [("namespace_put", "free_namespace")],
    # The file of a namespace is in no directory.
    "dentry_remove": [("namespace_put", "free_namespace")],
    "dentry_remove_below": [("namespace_put", "free_namespace")],
    # Those who wait for a thread to leave a CPU.
    ("switch_finish", "waitq_wake_n"): [("wake_waiters", "epoll_callback")],
}
