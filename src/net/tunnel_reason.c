/*
 * tunnel_reason.c - what OpenSSH's client writes to standard error, as one reason.
 */
#include "ollama-top/tunnel.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_ 512

/* A line that says why ssh ended. `from` tells where the reason begins in it: at the part, or after it. */
static const struct {
	const char *part;
	enum { WHOLE, AT_PART, AFTER_PART, OWN } from;
	const char *own;
} causes[] = {
	{"Permission denied (", AT_PART, NULL},
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", OWN, TUNNEL_KEY_CHANGED},
	{"Host key verification failed", OWN, TUNNEL_KEY_UNKNOWN},
	{"ssh: connect to host", AFTER_PART, ": "},
	{"ssh: Could not resolve hostname", AFTER_PART, "ssh: "},
	{"ssh: not found", OWN, N_("ssh is not installed, or not in the PATH")},
	{"Bad configuration option", WHOLE, NULL},
	{"Bad owner or permissions", AT_PART, NULL},
	{"Too many authentication failures", AT_PART, NULL},
	{"Unable to negotiate with", AT_PART, NULL},
	{"Connection timed out", AT_PART, NULL},
	{"Connection closed by", AT_PART, NULL},
	{"Connection reset", AT_PART, NULL},
	{"closed by remote host", WHOLE, NULL},
	{"Broken pipe", AT_PART, NULL},
	{"not responding", WHOLE, NULL},
	{"banner exchange", WHOLE, NULL},
	{"Control socket connect", WHOLE, NULL},
	{"unix_listener", WHOLE, NULL},
	{"too long for Unix domain socket", WHOLE, NULL},
};
#define CAUSES (sizeof causes / sizeof *causes)

/* The row of `causes` that a line matches, the first of several; CAUSES for none. */
static size_t cause_of(const char *line)
{
	size_t i = 0;
	/* Of a channel, not of the tunnel. */
	if (strncmp(line, "channel ", 8) == 0)
		return CAUSES;
	while (i < CAUSES && strstr(line, causes[i].part) == NULL)
		i++;
	return i;
}

static void write_reason(size_t cause, const char *line, char *dst, size_t size)
{
	const char *at = line;
	if (cause < CAUSES && causes[cause].from == OWN) {
		snprintf(dst, size, "%s", _(causes[cause].own));
		return;
	}
	if (cause < CAUSES && causes[cause].from != WHOLE)
		at = strstr(line, causes[cause].part);
	if (cause < CAUSES && causes[cause].from == AFTER_PART) {
		const char *mark = strstr(at + (*causes[cause].own == ':' ? 4 : 0), causes[cause].own);
		at = mark != NULL ? mark + strlen(causes[cause].own) : at;
	}
	size_t len = strcspn(at, "\r\n");
	while (len > 0 && (at[len - 1] == '.' || at[len - 1] == ' '))
		len--;
	text_clean(dst, size, at, len);
}

/* Later lines tell more, but for those that only say that it failed where an earlier one said why. */
static bool is_better(size_t cause, size_t than)
{
	bool verdict = cause < CAUSES && strcmp(causes[cause].part, "Host key verification failed") == 0;
	return cause < CAUSES && !(verdict && than < CAUSES && causes[than].from == OWN);
}

void tunnel_reason(const char *text, size_t len, char *dst, size_t size)
{
	char line[LINE_MAX_], best[LINE_MAX_] = "", last[LINE_MAX_] = "";
	size_t found = CAUSES;
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end != NULL ? (size_t)(end - text) - at : len - at;
		text_clean(line, sizeof line, text + at, n);
		at += n + 1;
		size_t cause = cause_of(line);
		if (line[strspn(line, " ")] != '\0')
			memcpy(last, line, sizeof last);
		if (is_better(cause, found)) {
			found = cause;
			memcpy(best, line, sizeof best);
		}
	}
	write_reason(found, found < CAUSES ? best : last, dst, size);
	if (*dst == '\0')
		snprintf(dst, size, "%s", _("it ended without a word"));
}

const char *tunnel_refusal(const char *line, int *what)
{
	static const struct {
		const char *part, *text;
		int what;
	} refusals[] = {
		{"administratively prohibited", TUNNEL_NO_FORWARDING,
			TUNNEL_REFUSED_SOCKET | TUNNEL_REFUSED_PORT},
		{"unknown channel type",
			N_("the server's sshd cannot forward a Unix socket (OpenSSH 6.7 and newer can)"),
			TUNNEL_REFUSED_SOCKET},
		{"connect failed: open failed", TUNNEL_SOCKET_CLOSED, TUNNEL_REFUSED_SOCKET},
		{"Connection refused", N_("connection refused on the server's loopback"),
			TUNNEL_REFUSED_PORT},
		{"Connection timed out", N_("timed out on the server's loopback"), TUNNEL_REFUSED_PORT},
	};
	const char *failed = strncmp(line, "channel ", 8) == 0 ? strstr(line, ": open failed: ") : NULL;
	for (size_t i = 0; failed != NULL && i < sizeof refusals / sizeof *refusals; i++) {
		if (strstr(failed, refusals[i].part) != NULL) {
			*what = refusals[i].what;
			return _(refusals[i].text);
		}
	}
	return NULL;
}
