/* Damaged programs: each is refused, or ends by a signal; none harms the kernel. */
#include "check.h"

#include <elf.h>

static unsigned char image[1 << 20];
static size_t size;
static char path[] = "/tmp/damaged";

/* The errno of an exec of the image, 0 when it ran, or 256 + the signal that ended it. */
static int run(size_t length)
{
	int fd, status;

	unlink(path);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	MUST(fd >= 0 && write(fd, image, length) == (ssize_t)length);
	close(fd);
	status = IN_CHILD({
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		alarm(30);
		execl(path, path, NULL);
		_exit(errno);
	});
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void load(void)
{
	int fd = open("/test/help/show", O_RDONLY);

	size = read(fd, image, sizeof(image));
	close(fd);
	MUST(size > sizeof(Elf64_Ehdr));
}

#define HEADER	((Elf64_Ehdr *)image)
#define PROGRAM ((Elf64_Phdr *)(image + HEADER->e_phoff))

/* With one change the exec fails with this errno. */
#define DAMAGED(change, expected, sentence)              \
	({                                               \
		load();                                  \
		change;                                  \
		CHECK_EQ(run(size), expected, sentence); \
	})

static Elf64_Phdr *first_load(void)
{
	Elf64_Phdr *p = PROGRAM;

	while (p->p_type != PT_LOAD)
		p++;
	return p;
}

static void headers(void)
{
	DAMAGED((void)0, 0, "an undamaged copy runs");
	DAMAGED(image[0] = 0, ENOEXEC, "without the magic number: ENOEXEC");
	DAMAGED(HEADER->e_machine = EM_AARCH64, ENOEXEC, "another machine's: ENOEXEC");
	DAMAGED(HEADER->e_type = ET_REL, ENOEXEC, "an object file: ENOEXEC");
	DAMAGED(HEADER->e_phentsize = 7, ENOEXEC, "program headers of a strange size: ENOEXEC");
	DAMAGED(HEADER->e_phnum = 0, ENOEXEC, "no program headers: ENOEXEC");
	load();
	HEADER->e_phnum = 0xffff;
	int r = run(size);
	CHECK(r == ENOEXEC || r == EIO || r == ENOMEM, "65,535 program headers are refused");
	load();
	HEADER->e_phoff = 1L << 60;
	r = run(size);
	CHECK(r == ENOEXEC || r == EIO || r == EINVAL,
	      "program headers beyond the file are refused");
	load();
	HEADER->e_phoff = -8;
	r = run(size);
	CHECK(r == ENOEXEC || r == EIO || r == EINVAL, "and before it");
	load();
	CHECK_EQ(run(10), ENOEXEC, "ten bytes are no program");
	load();
	r = run(sizeof(Elf64_Ehdr));
	CHECK(r == ENOEXEC || r == EIO, "nor is a header alone");
}

static void segments(void)
{
	int r;

	load();
	first_load()->p_vaddr = 0xffffffff80000000;
	r = run(size);
	CHECK(r == ENOEXEC || r == EINVAL || r == ENOMEM || r >= 256,
	      "a segment in kernel memory does not run");
	load();
	first_load()->p_memsz = 1L << 62;
	r = run(size);
	CHECK(r != 0, "nor one larger than memory");
	load();
	first_load()->p_filesz = first_load()->p_memsz + 4096;
	r = run(size);
	CHECK(r != 0, "nor one with more file than memory");
	load();
	first_load()->p_offset += 1;
	r = run(size);
	CHECK(r != 0, "nor one that is not aligned");
	load();
	HEADER->e_entry = 0xffffffff81000000;
	r = run(size);
	CHECK(r == 256 + SIGSEGV || r == ENOEXEC || r == EINVAL,
	      "an entry in kernel memory is SIGSEGV");
	load();
	HEADER->e_entry = 0x8000000000000000;
	r = run(size);
	CHECK(r == 256 + SIGSEGV || r == ENOEXEC || r == EINVAL, "a non-canonical one too");
	load();
	HEADER->e_entry = 0;
	r = run(size);
	CHECK(r == 256 + SIGSEGV || r == ENOEXEC, "an entry where nothing is mapped is SIGSEGV");
	load();
	CHECK(run(5000) != 0, "a program cut off does not run");
	load();
	PROGRAM[0].p_type = PT_INTERP;
	PROGRAM[0].p_filesz = 1L << 40;
	r = run(size);
	CHECK(r != 0, "an interpreter's name of a terabyte is refused");
}

/* Bytes of the headers changed at random: anything may come of it but harm. */
static void at_random(void)
{
	unsigned seed = time(NULL), tried = 0;

	printf("seed %u\n", seed);
	fflush(stdout);
	srand(seed);
	for (; tried < 60; tried++) {
		load();
		size_t reach = sizeof(Elf64_Ehdr) + HEADER->e_phnum * sizeof(Elf64_Phdr);

		for (int n = 1 + rand() % 4; n > 0; n--)
			image[rand() % reach] = rand();
		run(size);
	}
	CHECK_EQ(tried, 60, "sixty programs with damaged headers do no harm");
}

static void scripts(void)
{
	memset(image, 'x', 5000);
	memcpy(image, "#!", 2);
	CHECK_EQ(run(5000), ENOEXEC, "a #! line without an end: ENOEXEC");
	memset(image, 0, 5000);
	memcpy(image, "#!/bin/sh", 9);
	int r = run(300);
	CHECK(r == 0 || r == ENOEXEC || r == 2, "a #! line that ends with zero bytes");
	memcpy(image, "#!       \n", 10);
	CHECK_EQ(run(10), ENOEXEC, "a #! line of blanks: ENOEXEC");
	memcpy(image, "#!/tmp\n", 7);
	CHECK_EQ(run(7), EACCES, "a directory as interpreter: EACCES");
}

int main(void)
{
	headers();
	segments();
	at_random();
	scripts();
	unlink(path);
	CHECK_END();
}
