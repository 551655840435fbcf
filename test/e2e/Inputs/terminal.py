# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""terminal.py PSR: job control of `psr run` in an interactive shell.

Types into a real terminal and prints a line for everything that is not as
without psr.
"""
import os
import pty
import re
import select
import sys
import time

PSR = sys.argv[1]
failures = []


class Shell:
    """An interactive bash on a terminal of its own."""

    def __init__(self):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.send("PS1='ready''> '; stty -echo; bind 'set "
                  "enable-bracketed-paste off' 2>/dev/null\n")
        self.wait("ready> ")

    def send(self, text):
        os.write(self.fd, text.encode())

    def wait(self, pattern, seconds=20):
        """Reads on until PATTERN has come; returns what came before."""
        end = time.time() + seconds
        while not (m := re.search(pattern, self.text)):
            left = end - time.time()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                failures.append("no %r in %r" % (pattern, self.text[-300:]))
                return ""
            self.text += os.read(self.fd, 4096).decode(errors="replace")
        before, self.text = self.text[:m.end()], self.text[m.end():]
        return before

    def run(self, line):
        """One command, to its end: what it printed."""
        self.send(line + "\n")
        return self.wait("ready> ")

    def status(self):
        return self.run("echo status=$?=")


def expect(text, pattern, what):
    if not re.search(pattern, text):
        failures.append("%s: %r" % (what, text))


def state_of(mark):
    """States of the processes whose command lines end in MARK, not psr's."""
    states = ""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid) as f:
                words = f.read().rstrip("\0").split("\0")
            if words[-1] != mark or words[0].endswith("psr"):
                continue
            with open("/proc/%s/stat" % pid) as f:
                states += f.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            pass
    return states


def wait_state(mark, want, what):
    end = time.time() + 10
    while state_of(mark) != want and time.time() < end:
        time.sleep(0.02)
    if state_of(mark) != want:
        failures.append("%s: state %r, not %r" % (what, state_of(mark), want))


def interrupt(sh):
    sh.send(PSR + " run sleep 30.01\n")
    wait_state("30.01", "S", "started")
    sh.send("\x03")
    sh.wait("ready> ")
    expect(sh.status(), "status=130=", "Ctrl-C ends psr by SIGINT")
    wait_state("30.01", "", "Ctrl-C ends the program")


def interrupt_once(sh):
    sh.send(PSR + " run bash -c 'trap \"echo caught\" INT; echo up; "
            "for i in 1 2 3 4; do sleep .2; done; exit 5'\n")
    sh.wait("up")
    sh.send("\x03")
    text = sh.wait("ready> ")
    if text.count("caught") != 1:
        failures.append("Ctrl-C arrived %d times" % text.count("caught"))
    expect(sh.status(), "status=5=", "who handles Ctrl-C goes on")


def quit_too(sh):
    sh.run("ulimit -c 0")
    sh.send(PSR + " run sleep 30.02\n")
    wait_state("30.02", "S", "started")
    sh.send("\x1c")
    sh.wait("ready> ")
    expect(sh.status(), "status=131=", "Ctrl-\\ ends psr by SIGQUIT")


def stop_and_continue(sh):
    sh.send(PSR + " run sleep 30.03\n")
    wait_state("30.03", "S", "started")
    sh.send("\x1a")
    expect(sh.wait("ready> "), "Stopped", "Ctrl-Z stops the job")
    wait_state("30.03", "T", "Ctrl-Z stops the program")
    sh.run("bg")
    wait_state("30.03", "S", "bg continues it")
    sh.send("fg\n")
    time.sleep(0.2)
    sh.send("\x1a")
    expect(sh.wait("ready> "), "Stopped", "a second Ctrl-Z works too")
    sh.send("fg\n")
    wait_state("30.03", "S", "fg continues it")
    sh.send("\x03")
    sh.wait("ready> ")
    expect(sh.status(), "status=130=", "and Ctrl-C ends it")


def background_reader(sh):
    sh.run(PSR + " run cat &")
    time.sleep(0.3)
    expect(sh.run("jobs"), "Stopped", "who reads in the background stops")
    sh.send("fg\n")
    time.sleep(0.2)
    sh.send("hello\n")
    sh.wait("hello")
    sh.send("\x04")
    sh.wait("ready> ")
    expect(sh.status(), "status=0=", "and reads in the foreground")


def forwarded(sh):
    for name in ("TERM", "USR1", "HUP", "RTMIN+3"):
        sh.run("rm -f up; " + PSR + " run bash -c 'trap \"exit 7\" %s; "
               "touch up; while :; do sleep .05; done' &" % name)
        sh.run("while [ ! -e up ]; do sleep .02; done")
        sh.run("kill -%s $!; wait $!" % name)
        expect(sh.run("kill -%s $! 2>/dev/null; wait $!; echo status=$?="
                      % name), "status=(7|127)=", name + " is passed on")


def same_terminal(sh):
    want = sh.run("tty")
    got = sh.run(PSR + " run tty")
    if want != got:
        failures.append("tty: %r, not %r" % (got, want))
    sh.run("stty -a > one; " + PSR + " run stty -a > two")
    expect(sh.run("cmp one two && echo sa''me"), "same", "stty")
    expect(sh.run(PSR + " run bash -c 'echo x > /dev/tty'"), "x", "/dev/tty")


os.chdir(sys.argv[2])
shell = Shell()
for test in (same_terminal, interrupt, interrupt_once, quit_too,
             stop_and_continue, background_reader, forwarded):
    test(shell)
shell.send("exit\n")
print("\n".join(failures), end="\n" if failures else "")
