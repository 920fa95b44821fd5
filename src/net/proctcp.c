#include "ollama-top/probe.h"

#include "lines.h"

#include <limits.h>
#include <string.h>

#define STATE_ESTABLISHED 1

/* Hexadecimal digits of [p, p + len); false when there are others, none, or too many. */
static bool read_hex(const char *p, size_t len, unsigned long *out)
{
	unsigned long value = 0;
	if (len == 0 || len > 8)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = p[i];
		unsigned digit;
		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if (c >= 'A' && c <= 'F')
			digit = (unsigned)(c - 'A' + 10);
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned)(c - 'a' + 10);
		else
			return false;
		value = value << 4 | digit;
	}
	*out = value;
	return true;
}

/* Both halves of "ADDRESS:PORT" or "TX:RX". */
static bool split_pair(const char *word, size_t len, size_t *left, unsigned long *right)
{
	const char *colon = memchr(word, ':', len);
	if (colon == NULL)
		return false;
	*left = (size_t)(colon - word);
	return read_hex(colon + 1, len - *left - 1, right);
}

/* Addresses are words in the byte order of the machine; 127.0.0.0/8 and ::1, mapped or not. */
static bool is_loopback(const char *address, size_t len)
{
	if (len == 8)
		return memcmp(address + 6, "7F", 2) == 0;
	if (len != 32)
		return false;
	return memcmp(address, "00000000000000000000000001000000", 32) == 0 ||
	       (memcmp(address, "0000000000000000FFFF0000", 24) == 0 && memcmp(address + 30, "7F", 2) == 0);
}

static void count_line(const char *line, size_t len, int port, struct probe_connections *out)
{
	const char *p = line, *end = line + len, *w[5];
	size_t n[5], left;
	unsigned long local_port, remote_port, state, tx, rx;
	for (int i = 0; i < 5; i++)
		n[i] = next_word(&p, end, &w[i]);
	if (n[4] == 0 || w[0][n[0] - 1] != ':' || !read_hex(w[3], n[3], &state) || state != STATE_ESTABLISHED)
		return;
	if (!split_pair(w[1], n[1], &left, &local_port) || local_port != (unsigned long)port)
		return;
	if (!split_pair(w[2], n[2], &left, &remote_port) || is_loopback(w[2], left) || out->count == INT_MAX)
		return;
	out->count++;
	if (split_pair(w[4], n[4], &left, &rx) && read_hex(w[4], left, &tx) && (tx != 0 || rx != 0))
		out->active++;
}

void probe_parse_tcp(const char *text, size_t len, int port, struct probe_connections *out)
{
	*out = (struct probe_connections){0};
	struct lines lines = lines_of(text, len);
	while (lines_next(&lines)) {
		if (memmem(lines.line, lines.len, "local_address", 13) != NULL)
			out->seen = true;
		else
			count_line(lines.line, lines.len, port, out);
	}
}
