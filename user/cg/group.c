/*
 * group.c - a container is a directory: its files, the numbers in them, the tree below it.
 */
#include "cg.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_read(const char *path)
{
	size_t size = 4096, done = 0;
	char *text;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return NULL;
	text = allocate(size);
	while ((n = read(fd, text + done, size - done - 1)) > 0) {
		done += n;
		if (done + 1 == size && !(text = realloc(text, size *= 2)))
			die("%s: %s", path, strerror(ENOMEM));
	}
	error = errno;
	close(fd);
	if (n < 0) {
		free(text);
		errno = error;
		return NULL;
	}
	text[done] = '\0';
	if (done && text[done - 1] == '\n')
		text[done - 1] = '\0';
	return text;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = n >= 0 ? EIO : error;
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

bool number_read(const char *path, long long *value)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return sscanf(text, "%lld", value) == 1;
}

char *group_file(const struct hierarchy *h, const char *dir, const char *file)
{
	const char *dot = strchr(file, '.');

	if (h->noprefix && dot && strncmp(file, "cgroup.", 7))
		file = dot + 1;
	return join("%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", file);
}

long numbers_each(const char *path, void (*with)(long number, void *data), void *data)
{
	char buffer[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long number = 0, count = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (buffer[i] >= '0' && buffer[i] <= '9') {
				number = number * 10 + buffer[i] - '0';
			} else if (buffer[i] == '\n') {
				if (with)
					with(number, data);
				number = 0;
				count++;
			}
		}
	}
	close(fd);
	return n < 0 ? -1 : count;
}

static struct group *read_below(struct group *parent, char *dir, char *path,
				bool (*see)(struct group *g));

static void children_read(struct group *g, DIR *list, bool (*see)(struct group *g))
{
	struct dirent *entry;

	while ((entry = readdir(list))) {
		struct group *child, **at = &g->child;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = read_below(g, join("%s/%s", g->dir, entry->d_name),
				   join("%s/%s", g->path[1] ? g->path : "", entry->d_name), see);
		if (!child)
			continue;
		while (*at && strcmp((*at)->path, child->path) < 0)
			at = &(*at)->next;
		child->next = *at;
		*at = child;
	}
}

/* Takes dir and path. */
static struct group *read_below(struct group *parent, char *dir, char *path,
				bool (*see)(struct group *g))
{
	struct group *g = allocate(sizeof(*g));
	DIR *list = opendir(dir);
	struct stat st;
	char *tasks;
	int error = errno;

	g->parent = parent;
	g->dir = dir;
	g->path = path;
	if (list) {
		g->inode = fstat(dirfd(list), &st) ? 0 : st.st_ino;
		children_read(g, list, see);
		closedir(list);
		tasks = join("%s/tasks", dir);
		g->tasks = numbers_each(tasks, NULL, NULL);
		error = errno;
		free(tasks);
		if (g->tasks >= 0 && (!see || see(g)))
			return g;
	}
	tree_free(g);
	errno = error;
	return NULL;
}

struct group *tree_read(const struct hierarchy *h, const char *path, bool (*see)(struct group *g))
{
	size_t n;

	path += strspn(path, "/");
	n = strlen(path);
	while (n && path[n - 1] == '/')
		n--;
	return read_below(NULL, join("%s%s%.*s", h->where, n ? "/" : "", (int)n, path),
			  join("/%.*s", (int)n, path), see);
}

void tree_free(struct group *g)
{
	while (g && g->child) {
		struct group *child = g->child;

		g->child = child->next;
		tree_free(child);
	}
	if (g) {
		free(g->dir);
		free(g->path);
		free(g);
	}
}

long tree_tasks(const struct group *g)
{
	long tasks = g->tasks;

	for (const struct group *child = g->child; child; child = child->next)
		tasks += tree_tasks(child);
	return tasks;
}
