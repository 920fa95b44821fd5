#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

struct terminal {
	int fd, columns, rows, status;
	int slave;     /* kept open, so that the modes can be read after the program has ended */
	pid_t pid;     /* a shell's place: leads the session, so that the program can be stopped */
	pid_t program; /* its child, in the foreground */
	bool ended, alternate_screen, cursor_visible;
	uint64_t bytes;
	VTerm *vt;
	VTermScreen *screen;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct terminal *t = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		t->alternate_screen = value->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		t->cursor_visible = value->boolean;
	return 1;
}

static VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void reap(struct terminal *t)
{
	int status;

	if (t->pid <= 0 || waitpid(t->pid, &status, WNOHANG) != t->pid)
		return;
	t->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	t->pid = 0;
}

static void answer(struct terminal *t)
{
	char buf[256];
	size_t n = vterm_output_read(t->vt, buf, sizeof(buf));

	if (n > 0)
		terminal_send(t, buf, n);
}

static void be_program(char *const argv[], int tell)
{
	pid_t self = getpid();

	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(0, self);
	signal(SIGTTOU, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	if (write(tell, &self, sizeof(self)) == sizeof(self))
		execvp(argv[0], argv);
	_exit(127);
}

/* What a shell does for the program that it runs: waits for its end, whatever stops it meanwhile. */
static void be_shell(char *const argv[], int tell)
{
	int status = 0;
	pid_t pid;

	signal(SIGHUP, SIG_IGN);
	pid = fork();
	if (pid == 0)
		be_program(argv, tell);
	close(tell);
	while (pid > 0 && waitpid(pid, &status, 0) != pid)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

struct terminal *terminal_start(int columns, int rows, const char *term, char *const argv[])
{
	struct terminal *t = calloc(1, sizeof(*t));
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

	int told[2];

	if (!t || pipe2(told, O_CLOEXEC)) {
		free(t);
		return NULL;
	}
	t->columns = columns;
	t->rows = rows;
	t->status = -1;
	t->cursor_visible = true;
	t->vt = vterm_new(rows, columns);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	if (openpty(&t->fd, &t->slave, NULL, NULL, &size) == 0)
		t->pid = fork();
	if (t->pid == 0 && t->slave > 0) {
		close(t->fd);
		close(told[0]);
		login_tty(t->slave);
		setenv("TERM", term, 1);
		be_shell(argv, told[1]);
	}
	close(told[1]);
	if (read(told[0], &t->program, sizeof(t->program)) != sizeof(t->program))
		t->program = 0;
	close(told[0]);
	if (t->pid <= 0 || t->program <= 0) {
		vterm_free(t->vt);
		free(t);
		return NULL;
	}
	return t;
}

bool terminal_pump(struct terminal *t, int ms)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};
	char buf[65536];
	ssize_t n;

	if (t->ended)
		return false;
	if (poll(&p, 1, ms) <= 0)
		return true;
	n = read(t->fd, buf, sizeof(buf));
	if (n <= 0) {
		t->ended = n == 0 || errno != EINTR;
		return !t->ended;
	}
	t->bytes += (uint64_t)n;
	vterm_input_write(t->vt, buf, (size_t)n);
	answer(t);
	return true;
}

void terminal_settle(struct terminal *t, int quiet_ms, int max_ms)
{
	int64_t end = now_ms() + max_ms, quiet = now_ms() + quiet_ms;
	uint64_t seen = t->bytes;

	while (now_ms() < end && now_ms() < quiet && terminal_pump(t, 10)) {
		if (t->bytes != seen)
			quiet = now_ms() + quiet_ms;
		seen = t->bytes;
	}
}

void terminal_send(struct terminal *t, const char *bytes, size_t len)
{
	while (len > 0 && t->fd >= 0) {
		ssize_t n = write(t->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

void terminal_resize(struct terminal *t, int columns, int rows)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

	t->columns = columns;
	t->rows = rows;
	vterm_set_size(t->vt, rows, columns);
	ioctl(t->fd, TIOCSWINSZ, &size);
}

void terminal_hang_up(struct terminal *t)
{
	close(t->slave);
	close(t->fd);
	t->slave = t->fd = -1;
	t->ended = true;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

#define CELL_BYTES ((size_t)4 * VTERM_MAX_CHARS_PER_CELL)

/* The cell's character and what combines with it as UTF-8; nothing for the right half of a wide one. */
static size_t put_cell(struct terminal *t, int x, int y, char *out)
{
	VTermScreenCell cell;
	size_t len = 0;

	if (!vterm_screen_get_cell(t->screen, (VTermPos){.row = y, .col = x}, &cell))
		return 0;
	if (cell.chars[0] == (uint32_t)-1)
		return 0;
	if (cell.chars[0] == 0)
		out[len++] = ' ';
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
		len += put_utf8(out + len, cell.chars[i]);
	return len;
}

bool terminal_find(struct terminal *t, int y, const char *text, int *from, int *to)
{
	size_t want = strlen(text);

	for (int begin = *from; begin < t->columns; begin++) {
		size_t have = 0;
		int x = begin;

		while (x < t->columns && have < want) {
			char cell[CELL_BYTES];
			size_t n = put_cell(t, x, y, cell);

			if (n > want - have || memcmp(cell, text + have, n) != 0)
				break;
			have += n;
			x++;
		}
		if (have == want) {
			*from = begin;
			*to = x;
			return true;
		}
	}
	return false;
}

char *terminal_row(struct terminal *t, int y)
{
	char *row = malloc((size_t)t->columns * CELL_BYTES + 1);
	size_t len = 0;

	if (!row)
		return NULL;
	for (int x = 0; x < t->columns; x++)
		len += put_cell(t, x, y, row + len);
	while (len > 0 && row[len - 1] == ' ')
		len--;
	row[len] = '\0';
	return row;
}

char *terminal_screen(struct terminal *t)
{
	char *all = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&all, &size);

	if (!f)
		return NULL;
	for (int y = 0; y < t->rows; y++) {
		char *row = terminal_row(t, y);

		fprintf(f, "%s\n", row ? row : "");
		free(row);
	}
	fclose(f);
	return all;
}

static bool cell_at(struct terminal *t, int x, int y, VTermScreenCell *cell)
{
	return vterm_screen_get_cell(t->screen, (VTermPos){.row = y, .col = x}, cell);
}

bool terminal_cell_coloured(struct terminal *t, int x, int y)
{
	VTermScreenCell cell;

	return cell_at(t, x, y, &cell) &&
	       !(VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) && VTERM_COLOR_IS_DEFAULT_BG(&cell.bg));
}

uint32_t terminal_cell_char(struct terminal *t, int x, int y)
{
	VTermScreenCell cell;

	return cell_at(t, x, y, &cell) && cell.chars[0] ? cell.chars[0] : ' ';
}

int terminal_cell_colour(struct terminal *t, int x, int y)
{
	VTermScreenCell cell;

	if (!cell_at(t, x, y, &cell) || VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) ||
		!VTERM_COLOR_IS_INDEXED(&cell.fg))
		return -1;
	return cell.fg.indexed.idx;
}

bool terminal_cell_reverse(struct terminal *t, int x, int y)
{
	VTermScreenCell cell;

	return cell_at(t, x, y, &cell) && cell.attrs.reverse;
}

void terminal_modes(struct terminal *t, struct terminal_modes *out)
{
	struct termios tio = {0};

	if (t->fd >= 0)
		tcgetattr(t->fd, &tio);
	out->alternate_screen = t->alternate_screen;
	out->cursor_visible = t->cursor_visible;
	out->echo = tio.c_lflag & ECHO;
	out->canonical = tio.c_lflag & ICANON;
}

int terminal_columns(const struct terminal *t)
{
	return t->columns;
}

int terminal_rows(const struct terminal *t)
{
	return t->rows;
}

uint64_t terminal_bytes(const struct terminal *t)
{
	return t->bytes;
}

pid_t terminal_pid(const struct terminal *t)
{
	return t->program;
}

int terminal_wait(struct terminal *t, int ms)
{
	int64_t end = now_ms() + ms;

	for (reap(t); t->pid > 0 && now_ms() < end; reap(t)) {
		if (!terminal_pump(t, 10))
			usleep(2000);
	}
	if (t->pid <= 0)
		terminal_settle(t, 30, 500);
	return t->status;
}

void terminal_free(struct terminal *t)
{
	if (!t)
		return;
	if (t->pid > 0) {
		kill(t->program, SIGKILL);
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	if (t->fd >= 0) {
		close(t->slave);
		close(t->fd);
	}
	vterm_free(t->vt);
	free(t);
}
