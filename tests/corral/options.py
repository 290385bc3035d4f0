"""What stands behind a script's name; --help prints the script's own description."""

import argparse


class Options(argparse.ArgumentParser):
    def __init__(self, description, *flags):
        super().__init__(description=description, usage=argparse.SUPPRESS,
                         formatter_class=argparse.RawDescriptionHelpFormatter)
        for flag in flags:
            self.add_argument(flag, action="store_true", help=argparse.SUPPRESS)

    def words(self, name, **kind):
        self.add_argument(name, help=argparse.SUPPRESS, **kind)
        return self

    def check(self, words, known, what):
        for word in words:
            if word not in known:
                self.error(f"no {what} {word}: there are {' '.join(known)}")
