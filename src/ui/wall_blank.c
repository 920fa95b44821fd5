#include "wall_blank.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds until the console goes blank, 0 for never. */
#define KERNEL_SECONDS "/sys/module/kernel/parameters/consoleblank"
#define MINUTES_MAX    60

/* console_codes(4): ESC [ 9 ; n ] blanks after n minutes, 0 never; ESC [ 13 ] shows what was blanked. */
static void say(const char *sequence, size_t length)
{
	if (write(STDOUT_FILENO, sequence, length) < 0) {
		/* The terminal is gone, which is noticed by whoever reads from it. */
		return;
	}
}

/* What the kernel does now; it tells that in seconds. */
static int found(void)
{
	char text[32] = "";
	int fd = open(KERNEL_SECONDS, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t got = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	long minutes = got > 0 ? strtol(text, NULL, 10) / 60 : 0;
	return minutes > 0 && minutes <= MINUTES_MAX ? (int)minutes : 0;
}

int wall_blank_never(const char *term)
{
	static const char never[] = "\033[9;0]\033[13]";
	if (!term || strncmp(term, "linux", 5) != 0)
		return 0;
	int minutes = found();
	say(never, sizeof(never) - 1);
	return minutes;
}

void wall_blank_again(int minutes)
{
	char sequence[32];
	if (minutes > 0)
		say(sequence, (size_t)snprintf(sequence, sizeof(sequence), "\033[9;%d]", minutes));
}
