/* Tests of kernel/init_args.h. */
#include "tests/unit/test.h"

#include "kernel/init_args.h"

static struct init_args args;

TEST("words that the kernel does not know go to init, pairs into its environment")
{
	init_args_parse(&args, "console=ttyS0 quiet panic=-1 single any=word");
	check_str(args.rdinit, "/init");
	check_str(args.argv[0], "single");
	check(!args.argv[1]);
	check_str(args.envp[0], "HOME=/");
	check_str(args.envp[1], "TERM=linux");
	check_str(args.envp[2], "any=word");
	check(!args.envp[3]);
}

TEST("all that follows -- are arguments of init, options of the kernel too")
{
	init_args_parse(&args, "quiet -- quiet a=b \"two words\"");
	check_str(args.argv[0], "quiet");
	check_str(args.argv[1], "a=b");
	check_str(args.argv[2], "two words");
	check(!args.argv[3]);
	check(!args.envp[2]);
}

TEST("rdinit= and init= name the program")
{
	init_args_parse(&args, "rdinit=/bin/sh init=/sbin/other");
	check_str(args.rdinit, "/bin/sh");
	check_str(args.init, "/sbin/other");
}
