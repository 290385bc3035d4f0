/* The files of /proc and /sys that tell about the machine. */
#include "text.h"

#include <dirent.h>
#include <sched.h>
#include <sys/sysinfo.h>

static long value(const char *key)
{
	char *at = text;
	size_t n = strlen(key);

	while (at && strncmp(at, key, n))
		at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
	return at ? strtol(at + n, NULL, 10) : -1;
}

static int lines_with(const char *start)
{
	int n = 0;

	for (char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		n += !strncmp(at, start, strlen(start));
	return n;
}

int main(void)
{
	double up, idle, up2, load;
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), running, total, last, status;
	long forks;
	struct sysinfo info;
	char a[64], b[64];

	text_read("/proc/uptime");
	CHECK(sscanf(text, "%lf %lf", &up, &idle) == 2 && up > 0 && idle >= 0,
	      "uptime tells seconds and idle seconds");
	usleep(20000);
	text_read("/proc/uptime");
	CHECK(sscanf(text, "%lf", &up2) == 1 && up2 > up, "and goes on");
	text_read("/proc/loadavg");
	CHECK(sscanf(text, "%lf %*f %*f %d/%d %d", &load, &running, &total, &last) == 4 &&
		      running >= 1 && total >= running && last >= getpid(),
	      "loadavg tells loads, tasks and the last pid");
	text_read("/proc/stat");
	CHECK_EQ(lines_with("cpu"), cpus + 1, "stat has a line for each processor and one for all");
	CHECK(value("ctxt ") > 0 && value("btime ") > 1600000000 && value("procs_running ") >= 1,
	      "and counts of switches and running tasks");
	forks = value("processes ");
	if (fork() == 0)
		_exit(0);
	wait(NULL);
	text_read("/proc/stat");
	CHECK(forks > 0 && value("processes ") > forks, "and the processes that were ever made");
	text_read("/proc/meminfo");
	sysinfo(&info);
	CHECK(value("MemTotal:") > 10000 && value("MemFree:") > 0 && value("MemAvailable:") > 0 &&
		      value("MemFree:") < value("MemTotal:"),
	      "meminfo tells memory in kB");
	CHECK(labs(value("MemTotal:") - (long)(info.totalram * info.mem_unit / 1024)) < 64,
	      "as sysinfo does");
	CHECK(value("Buffers:") >= 0 && value("Cached:") >= 0 && value("SwapTotal:") == 0 &&
		      value("Shmem:") >= 0,
	      "with the lines that free reads");
	text_read("/proc/cpuinfo");
	CHECK_EQ(lines_with("processor\t: "), cpus, "cpuinfo has a paragraph for each processor");
	CHECK(strstr(text, "flags\t\t: ") && strstr(text, " lm ") &&
		      lines_with("model name\t: ") == cpus,
	      "with name and flags");
	text_read("/proc/version");
	CHECK(sscanf(text, "Linux version %63s %63s", a, b) == 2,
	      "version begins as programs expect");
	text_read("/proc/filesystems");
	CHECK(strstr(text, "nodev\tproc\n") && strstr(text, "nodev\ttmpfs\n") &&
		      strstr(text, "nodev\tdevtmpfs\n") && strstr(text, "nodev\tcgroup\n") &&
		      strstr(text, "nodev\tsysfs\n"),
	      "filesystems lists what can be mounted");
	text_read("/proc/mounts");
	CHECK(strstr(text, " / ") && strstr(text, " /proc proc ") &&
		      strstr(text, " /dev devtmpfs ") && strstr(text, " /sys sysfs ") &&
		      strstr(text, " /tmp tmpfs "),
	      "mounts lists what is");
	text_read("/proc/interrupts");
	CHECK(strstr(text, "CPU0") && lines_with("") > 3,
	      "interrupts has a column for each processor");
	text_read("/proc/cmdline");
	CHECK(strstr(text, "console=ttyS0") && strchr(text, '\n') == text + strlen(text) - 1,
	      "cmdline is the boot line");
	text_read("/proc/devices");
	CHECK(strstr(text, "Character devices:\n") && strstr(text, "  1 mem\n"),
	      "devices lists drivers");

	text_read("/proc/sys/kernel/ostype");
	CHECK_STR(text, "Linux\n", "sys/kernel/ostype");
	CHECK(text_read("/proc/sys/kernel/osrelease") > 2, "sys/kernel/osrelease");
	text_read("/proc/sys/kernel/hostname");
	CHECK_STR(text, "corral\n", "sys/kernel/hostname");
	int fd = open("/proc/sys/kernel/hostname", O_WRONLY);
	CHECK(fd >= 0 && write(fd, "changed\n", 8) == 8, "which can be written");
	close(fd);
	gethostname(a, sizeof(a));
	CHECK_STR(a, "changed", "with effect");
	sethostname("corral", 6);
	text_read("/proc/sys/kernel/pid_max");
	CHECK(atoi(text) >= 32768, "sys/kernel/pid_max");
	text_read("/proc/sys/kernel/threads-max");
	CHECK(atoi(text) > 100, "sys/kernel/threads-max");
	text_read("/proc/sys/kernel/random/boot_id");
	CHECK(strlen(text) == 37 && text[8] == '-', "sys/kernel/random/boot_id");
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			  _exit(open("/proc/sys/kernel/hostname", O_WRONLY) == -1 ? errno : 0));
	CHECK(EXITED(status, EACCES), "users may not write there");

	snprintf(b, sizeof(b), cpus > 1 ? "0-%d\n" : "0\n", cpus - 1);
	text_read("/sys/devices/system/cpu/online");
	CHECK_STR(text, b, "sys/devices/system/cpu/online");
	CHECK(text_read("/sys/devices/system/cpu/possible") > 0, "sys/devices/system/cpu/possible");
	CHECK_ERR(open("/sys/devices/system/cpu/possible", O_WRONLY), EACCES,
		  "there root writes to no file that nobody may write");
	CHECK_ERR(open("/sys/devices/system/cpu/possible", O_RDWR), EACCES, "read or not");
	MUST(!chmod("/sys/devices/system/cpu/possible", 0644));
	fd = open("/sys/devices/system/cpu/possible", O_WRONLY);
	CHECK(fd >= 0 && write(fd, "0", 1) == -1 && errno == EIO && !close(fd),
	      "where only the mode allows it, writing is EIO");
	MUST(!chmod("/sys/devices/system/cpu/possible", 0));
	CHECK_ERR(open("/sys/devices/system/cpu/possible", O_RDONLY), EACCES,
		  "root reads none that nobody may read");
	MUST(!chmod("/sys/devices/system/cpu/possible", 0444));
	struct stat st;
	CHECK(!stat("/sys/devices/system/cpu/cpu0", &st) && S_ISDIR(st.st_mode),
	      "a directory for each processor");
	text_read("/sys/devices/system/node/online");
	CHECK_STR(text, "0\n", "sys/devices/system/node/online");

	/* Directories. */
	DIR *dir = opendir("/proc");
	int self = 0, init = 0;
	for (struct dirent *e; (e = readdir(dir));) {
		init += !strcmp(e->d_name, "1");
		self += atoi(e->d_name) == getpid();
	}
	closedir(dir);
	CHECK(init == 1 && self == 1, "/proc lists each process once");
	CHECK_ERR(open("/proc/none", O_RDONLY), ENOENT, "what is not there is ENOENT");
	CHECK_ERR(open("/proc/new", O_CREAT | O_RDWR, 0600), ENOENT, "and nothing is created");
	CHECK_ERR(unlink("/proc/uptime"), EPERM, "or removed");
	fd = open("/proc/uptime", O_RDONLY);
	CHECK(read(fd, a, 1) == 1 && read(fd, b, 1) == 1 && lseek(fd, 0, SEEK_SET) == 0 &&
		      read(fd, a, 1) == 1,
	      "a file of /proc is read in pieces and again");
	close(fd);
	CHECK_END();
}
