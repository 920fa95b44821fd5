/*
 * names_place.c - hosts, addresses, URLs and paths, hidden so that what lay together still does: addresses of one
 * network of 256 are in one of 256, and a path keeps its folders.
 */
#include "names_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Pseudonyms of IPv4 are in 198.18.0.0/15, which RFC 2544 keeps for tests; of IPv6 in RFC 3849's 2001:db8::/32. */
#define NETS_MAX 512

static bool is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

static bool among(const char *text, size_t len, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is(text, len, words[i])) {
			return true;
		}
	}
	return false;
}
#define AMONG(text, len, words) among(text, len, words, sizeof(words) / sizeof(*(words)))

/* "10.0.0.80" or "fe80::1", without brackets; 0 when it is neither. */
static int family_of(const char *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN];
	struct in6_addr address;
	if (len == 0 || len >= sizeof(copy)) {
		return 0;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(AF_INET, copy, &address) == 1    ? AF_INET
	       : inet_pton(AF_INET6, copy, &address) == 1 ? AF_INET6
							  : 0;
}

bool place_is_address(const char *text, size_t len)
{
	return family_of(text, len) != 0;
}

/* The number of a key of the book that no name can be: it begins with a control character. */
static size_t numbered(struct names *names, enum name_class class, char kind, const char *text, size_t len)
{
	char key[80];
	char number[24];
	const int size = snprintf(key, sizeof(key), "%c%.*s", kind, (int)len, text);
	const char *known = book_find(names, key, (size_t)size);
	if (!known) {
		snprintf(number, sizeof(number), "%zu", book_number(names, class));
		known = book_add(names, key, (size_t)size, number);
	}
	return strtoul(known, NULL, 10);
}

static const char *hide_v4(struct names *names, const char *text, size_t len)
{
	char made[INET_ADDRSTRLEN + 16];
	const char *dot = memrchr(text, '.', len);
	const size_t net = (numbered(names, NAME_OPEN, '\1', text, (size_t)(dot - text)) - 1) % NETS_MAX;
	const size_t digits = len - (size_t)(dot - text) - 1;
	/* The address of a network has no host in it. */
	const size_t host = is(dot + 1, digits, "0") ? 0 : numbered(names, NAME_HOST, '\2', text, len);
	/* Counted over all networks: of the first 254 hosts no two are the same. */
	snprintf(made, sizeof(made), "198.%zu.%zu.%zu", 18 + net / 256, net % 256,
		host == 0 ? 0 : 1 + (host - 1) % 254);
	return book_add(names, text, len, made);
}

static const char *hide_v6(struct names *names, const char *text, size_t len)
{
	char made[INET6_ADDRSTRLEN];
	snprintf(made, sizeof(made), "2001:db8::%zx", book_number(names, NAME_URL) & 0xffff);
	return book_add(names, text, len, made);
}

/* This machine, and any: the same everywhere. */
static bool is_anybody(const char *text, size_t len)
{
	static const char *const anybody[] = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "*"};
	return AMONG(text, len, anybody);
}

void place_host(struct names *names, FILE *out, const char *text, size_t len)
{
	const bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
	if (brackets) {
		fputc('[', out);
		place_host(names, out, text + 1, len - 2);
		fputc(']', out);
		return;
	}
	const char *known = book_find(names, text, len);
	if (!known && is_anybody(text, len)) {
		fwrite(text, 1, len, out);
		return;
	}
	if (!known) {
		const int family = family_of(text, len);
		known = family == AF_INET    ? hide_v4(names, text, len)
			: family == AF_INET6 ? hide_v6(names, text, len)
					     : book_name(names, NAME_HOST, "host", text, len);
	}
	fputs(known, out);
}

/* HOST, [HOST], each with :PORT or without. */
static void hide_authority(struct names *names, FILE *out, const char *text, size_t len)
{
	const char *end = len > 0 && text[0] == '[' ? memchr(text, ']', len) : NULL;
	const char *colon = end ? memchr(end, ':', len - (size_t)(end - text)) : memrchr(text, ':', len);
	const size_t host = colon ? (size_t)(colon - text) : len;
	if (host > 0) {
		place_host(names, out, text, host);
	}
	if (colon) {
		const size_t port = strspn(colon + 1, "0123456789");
		const size_t left = len - host - 1;
		fprintf(out, ":%.*s", (int)(port < left ? port : left), colon + 1);
	}
}

void place_url(struct names *names, FILE *out, const char *text, size_t len)
{
	static const char *const schemes[] = {"http", "https", "unix", "tcp", "ssh", "context", "docker"};
	const char *mark = memmem(text, len, "://", 3);
	if (!mark) {
		hide_authority(names, out, text, len);
		return;
	}
	const size_t scheme = (size_t)(mark - text);
	fprintf(out, "%.*s://", AMONG(text, scheme, schemes) ? (int)scheme : 0, text);
	text = mark + 3;
	len -= scheme + 3;
	size_t authority = strcspn(text, "/?#");
	if (authority > len) {
		authority = len;
	}
	const char *user = memrchr(text, '@', authority);
	if (user) {
		fputs("user@", out);
		authority -= (size_t)(user + 1 - text);
		len -= (size_t)(user + 1 - text);
		text = user + 1;
	}
	hide_authority(names, out, text, authority);
	/* What a question holds is nobody's business. */
	const char *question = memchr(text + authority, '?', len - authority);
	place_path(names, out, text + authority,
		question ? (size_t)(question - text) - authority : len - authority);
}

/* Folders that every machine has. */
static bool is_common_folder(const char *text, size_t len)
{
	static const char *const common[] = {"", ".", "..", "api", "bin", "blobs", "data", "default", "dev",
		"docker", "docker.sock", "etc", "export", "exports", "home", "lib", "manifests", "media",
		"mnt", "models", "nfs", "ollama", ".ollama", "opt", "overlay2", "podman", "podman.sock",
		"proc", "root", "run", "self", "share", "srv", "sys", "tmp", "user", "usr", "v1", "v2", "var",
		"volumes", "_data"};
	return AMONG(text, len, common);
}

void place_path(struct names *names, FILE *out, const char *text, size_t len)
{
	for (size_t at = 0; at <= len; at++) {
		const char *slash = memchr(text + at, '/', len - at);
		const size_t size = slash ? (size_t)(slash - text) - at : len - at;
		const char *known = size > 0 ? book_find(names, text + at, size) : NULL;
		if (!known && is_common_folder(text + at, size)) {
			fwrite(text + at, 1, size, out);
		} else {
			fputs(known ? known : book_name(names, NAME_PATH, "folder", text + at, size), out);
		}
		at += size;
		if (slash) {
			fputc('/', out);
		}
	}
}

void place_mount(struct names *names, FILE *out, const char *text, size_t len)
{
	static const char *const kinds[] = {"overlay", "tmpfs", "proc", "sysfs", "none", "shm", "rootfs"};
	const char *colon = memmem(text, len, ":/", 2);
	if (text[0] == '/') {
		place_path(names, out, text, len);
	} else if (colon) {
		place_host(names, out, text, (size_t)(colon - text));
		fputc(':', out);
		place_path(names, out, colon + 1, len - (size_t)(colon + 1 - text));
	} else if (AMONG(text, len, kinds)) {
		fwrite(text, 1, len, out);
	} else {
		fputs(book_name(names, NAME_PLACE, "volume", text, len), out);
	}
}

/* A network is that of the pseudonyms of its addresses; what is larger than 256 of them is all there are. */
void place_client(struct names *names, FILE *out, const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);
	const size_t base = slash ? (size_t)(slash - text) : len;
	const int family = family_of(text, base);
	if (text[0] == '@') {
		fprintf(out, "@%s", book_name(names, NAME_CLIENT, "netgroup", text + 1, len - 1));
	} else if (memchr(text, '*', len) && len > 1) {
		fprintf(out, "*.%s", book_name(names, NAME_CLIENT, "domain", text, len));
	} else if (slash && family == AF_INET6) {
		fputs("2001:db8::/32", out);
	} else if (slash && family == AF_INET) {
		const unsigned long bits = strtoul(slash + 1, NULL, 10);
		const bool small = bits >= 24 && bits <= 32 && !memchr(slash, '.', len - base);
		if (small) {
			place_host(names, out, text, base);
			fprintf(out, "/%lu", bits);
		} else {
			fputs("198.18.0.0/15", out);
		}
	} else {
		place_host(names, out, text, len);
	}
}
