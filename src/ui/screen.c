#include "screen.h"

#include "canvas.h"
#include "ollama-top/i18n.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define RESTORE_MAX 512

static const int crash_signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
#define CRASH_SIGNALS (sizeof(crash_signals) / sizeof(crash_signals[0]))

struct screen {
	SCREEN *curses;
	FILE *out; /* curses' own stream, so that its buffer is not mixed with stdout's */
	stack_t alternate;
};

/*
 * What a signal handler needs; a handler and atexit() get no context, so this is the one
 * place of the console that is not reached through struct ui. Prepared while all is well,
 * since nothing but write() and tcsetattr() may be called after a crash.
 */
static struct {
	volatile sig_atomic_t armed;
	struct termios found;
	char bytes[RESTORE_MAX];
	size_t length;
	struct sigaction before[CRASH_SIGNALS];
} restore;

static int collect(int byte)
{
	if (restore.length < sizeof(restore.bytes))
		restore.bytes[restore.length++] = (char)byte;
	return byte;
}

/* The sequences that leave the terminal as a shell wants it, without their padding. */
static void prepare_restore(void)
{
	static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
	restore.length = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *sequence = tigetstr(names[i]);
		if (sequence && sequence != (char *)-1)
			(void)tputs(sequence, 1, collect);
	}
}

static void write_restore(void)
{
	for (size_t done = 0; done < restore.length;) {
		ssize_t n = write(STDOUT_FILENO, restore.bytes + done, restore.length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &restore.found);
}

static void on_crash(int number, siginfo_t *info, void *context)
{
	(void)context;
	int saved = errno;
	if (restore.armed) {
		restore.armed = 0;
		write_restore();
	}
	for (size_t i = 0; i < CRASH_SIGNALS; i++)
		if (crash_signals[i] == number)
			(void)sigaction(number, &restore.before[i], NULL);
	errno = saved;
	/* A fault happens again when we return, with its own address for whoever handles it
	 * then; a signal that was sent does not, so it is sent again, and not held back here. */
	if (info->si_code <= 0)
		(void)raise(number);
}

static void on_exit_restore(void)
{
	if (restore.armed) {
		restore.armed = 0;
		write_restore();
	}
}

static void catch_crashes(struct screen *screen)
{
	screen->alternate.ss_size = (size_t)SIGSTKSZ < 16384 ? 16384 : (size_t)SIGSTKSZ;
	screen->alternate.ss_sp = malloc(screen->alternate.ss_size);
	struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_NODEFER};
	/* Without a stack of its own a stack overflow could not be handled; the rest still can. */
	if (screen->alternate.ss_sp && sigaltstack(&screen->alternate, NULL) == 0)
		action.sa_flags |= SA_ONSTACK;
	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CRASH_SIGNALS; i++)
		(void)sigaction(crash_signals[i], &action, &restore.before[i]);
}

static void release_crashes(struct screen *screen)
{
	for (size_t i = 0; i < CRASH_SIGNALS; i++)
		(void)sigaction(crash_signals[i], &restore.before[i], NULL);
	if (screen->alternate.ss_sp) {
		stack_t off = {.ss_flags = SS_DISABLE};
		(void)sigaltstack(&off, NULL);
		free(screen->alternate.ss_sp);
	}
}

static void set_modes(void)
{
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)curs_set(0);
	/* A lone Esc is waited for this long; a sequence from a terminal comes in one piece. */
	(void)set_escdelay(10);
}

struct screen *screen_open(void)
{
	static bool at_exit;
	const char *term = getenv("TERM");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fprintf(stderr, "ollama-top: %s\n",
			_("the console needs a terminal; use 'ollama-top snapshot' for output to a file"));
		return NULL;
	}
	struct screen *screen = calloc(1, sizeof(*screen));
	if (!screen || tcgetattr(STDIN_FILENO, &restore.found) != 0)
		goto failed;
	if (!at_exit)
		at_exit = atexit(on_exit_restore) == 0;
	int fd = dup(STDOUT_FILENO);
	screen->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (screen->out)
		screen->curses = newterm(NULL, screen->out, stdin);
	if (!screen->curses) {
		fprintf(stderr, _("ollama-top: cannot use a terminal of type '%s'; try TERM=vt100\n"),
			term ? term : "");
		goto failed;
	}
	prepare_restore();
	restore.armed = 1;
	catch_crashes(screen);
	set_modes();
	return screen;
failed:
	if (screen && screen->out)
		(void)fclose(screen->out);
	free(screen);
	return NULL;
}

void screen_close(struct screen *screen)
{
	if (!screen)
		return;
	(void)curs_set(1);
	(void)endwin();
	delscreen(screen->curses);
	restore.armed = 0;
	release_crashes(screen);
	(void)fclose(screen->out);
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &restore.found);
	free(screen);
}

void screen_update(struct screen *screen)
{
	sigset_t stop, before;
	(void)screen;
	/* ncurses ignores SIGTSTP while it writes, and a Ctrl-Z in that moment would be lost: blocked, it waits. */
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTSTP);
	(void)pthread_sigmask(SIG_BLOCK, &stop, &before);
	(void)doupdate();
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void screen_suspend(struct screen *screen)
{
	struct sigaction stop = {.sa_handler = SIG_DFL}, before;
	(void)curs_set(1);
	(void)endwin();
	(void)sigaction(SIGTSTP, &stop, &before);
	(void)raise(SIGTSTP);
	(void)sigaction(SIGTSTP, &before, NULL);
	screen_reclaim(screen);
}

void screen_reclaim(struct screen *screen)
{
	/* endwin() first: only then does the next update enter the alternate screen again. */
	(void)endwin();
	screen_update(screen);
	/* The cursor goes last: some terminals keep its state with the screen that is left. */
	(void)curs_set(0);
	screen_resize(screen);
	screen_repaint(screen);
}

void screen_resize(struct screen *screen)
{
	struct winsize size;
	(void)screen;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		(void)resizeterm(size.ws_row, size.ws_col);
}

void screen_repaint(struct screen *screen)
{
	(void)screen;
	(void)clearok(curscr, TRUE);
}

bool screen_lost(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	int waiting = 0;
	if (poll(&in, 1, 0) <= 0)
		return false;
	if (in.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return (in.revents & POLLIN) && (ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0);
}
