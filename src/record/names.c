/*
 * names.c - the book of pseudonyms, and the classes of strings.
 */
#include "names_private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* No fleet has more names; from then on all that is new has the same one. */
#define ENTRIES_MAX ((size_t)1 << 17)
#define SLOTS       (2 * ENTRIES_MAX)
#define OVERFLOW    "hidden"

struct entry {
	struct entry *next;
	char *text;
	size_t len;
	char pseudonym[];
};

struct names {
	struct entry **slots;
	size_t count;
	size_t numbers[NAME_CLASSES];
};

struct names *names_new(void)
{
	struct names *names = calloc(1, sizeof(*names));
	if (!names) {
		return NULL;
	}
	names->slots = calloc(SLOTS, sizeof(struct entry *));
	if (!names->slots) {
		free(names);
		return NULL;
	}
	return names;
}

void names_free(struct names *names)
{
	if (!names) {
		return;
	}
	for (size_t i = 0; i < SLOTS; i++) {
		while (names->slots[i]) {
			struct entry *entry = names->slots[i];
			names->slots[i] = entry->next;
			free(entry->text);
			free(entry);
		}
	}
	free(names->slots);
	free(names);
}

/* FNV-1a; who can choose names has no more to gain than a slower recording. */
static size_t slot_of(const char *text, size_t len)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	}
	return (size_t)(hash % SLOTS);
}

const char *book_find(const struct names *names, const char *text, size_t len)
{
	const struct entry *entry = names->slots[slot_of(text, len)];
	while (entry && (entry->len != len || memcmp(entry->text, text, len) != 0)) {
		entry = entry->next;
	}
	return entry ? entry->pseudonym : NULL;
}

const char *book_add(struct names *names, const char *text, size_t len, const char *pseudonym)
{
	const char *known = book_find(names, text, len);
	if (known) {
		return known;
	}
	const size_t size = strlen(pseudonym) + 1;
	struct entry *entry = names->count < ENTRIES_MAX ? malloc(sizeof(*entry) + size) : NULL;
	char *copy = entry ? strndup(text, len) : NULL;
	if (!copy) {
		free(entry);
		return OVERFLOW;
	}
	struct entry **slot = &names->slots[slot_of(text, len)];
	entry->next = *slot;
	entry->text = copy;
	entry->len = len;
	memcpy(entry->pseudonym, pseudonym, size);
	*slot = entry;
	names->count++;
	return entry->pseudonym;
}

size_t book_number(struct names *names, enum name_class class)
{
	return ++names->numbers[class];
}

const char *book_name(
	struct names *names, enum name_class class, const char *prefix, const char *text, size_t len)
{
	char pseudonym[64];
	const char *known = book_find(names, text, len);
	if (known) {
		return known;
	}
	snprintf(pseudonym, sizeof(pseudonym), "%s-%zu", prefix, book_number(names, class));
	return book_add(names, text, len, pseudonym);
}

static void hide_name(struct names *names, FILE *out, enum name_class class, const char *text, size_t len)
{
	static const char *const prefixes[NAME_CLASSES] = {
		[NAME_SERVER] = "server",
		[NAME_INSTANCE] = "instance",
		[NAME_MODEL] = "model",
		[NAME_IMAGE] = "image",
		[NAME_NODE] = "node",
		[NAME_SERVICE] = "service",
		[NAME_LABEL] = "label",
	};
	fputs(book_name(names, class, prefixes[class], text, len), out);
}

/*
 * As long as it was, so that what is cut off for showing still tells one from another; the shortened form that
 * people and messages use is known from then on too.
 */
static void hide_digest(struct names *names, FILE *out, enum name_class class, const char *text, size_t len)
{
	enum { SHORT = 12, LONG = 128 };
	static const char *const kinds[] = {"sha256:", "sha256-"};
	char made[LONG + 1];
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const size_t skip = strlen(kinds[i]);
		if (len > skip && memcmp(text, kinds[i], skip) == 0) {
			fputs(kinds[i], out);
			text += skip;
			len -= skip;
			break;
		}
	}
	const char *known = book_find(names, text, len);
	if (!known) {
		const size_t size = len < SHORT ? SHORT : len > LONG ? LONG : len;
		const int at = snprintf(made, sizeof(made), "%0*zx", SHORT, book_number(names, class));
		memset(made + at, '0', (size_t)at < size ? size - (size_t)at : 0);
		made[(size_t)at < size ? size : (size_t)at] = '\0';
		known = book_add(names, text, len, made);
		if (len > SHORT) {
			made[SHORT] = '\0';
			book_add(names, text, SHORT, made);
		}
	}
	fputs(known, out);
}

static void hide_pattern(struct names *names, FILE *out, enum name_class class, const char *text, size_t len)
{
	(void)names;
	(void)class;
	(void)text;
	(void)len;
	fputs("*", out);
}

/* What Ollama itself and every image have says nothing of anybody. */
static bool common_variable(const char *name, size_t len)
{
	static const char *const starts[] = {"OLLAMA_", "CUDA_", "NVIDIA_", "ROCR_", "HIP_"};
	static const char *const whole[] = {"PATH", "HOME", "TZ", "LANG", "LD_LIBRARY_PATH", "HOSTNAME"};
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		if (len > strlen(starts[i]) && strncmp(name, starts[i], strlen(starts[i])) == 0) {
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		if (len == strlen(whole[i]) && strncmp(name, whole[i], len) == 0) {
			return true;
		}
	}
	return false;
}

static void hide_variable(struct names *names, FILE *out, enum name_class class, const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	const size_t name = equals ? (size_t)(equals - text) : len;
	if (common_variable(text, name)) {
		fwrite(text, 1, name, out);
	} else {
		fputs(book_name(names, class, "VARIABLE", text, name), out);
	}
	if (equals) {
		fputs("=(hidden)", out);
	}
}

static void hide_target(struct names *names, FILE *out, enum name_class class, const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);
	const size_t server = slash ? (size_t)(slash - text) : len;
	(void)class;
	if (len == strlen("balancer") && memcmp(text, "balancer", len) == 0 && !book_find(names, text, len)) {
		fputs("balancer", out);
		return;
	}
	hide_name(names, out, NAME_SERVER, text, server);
	if (slash) {
		fputc('/', out);
		hide_name(names, out, NAME_INSTANCE, slash + 1, len - server - 1);
	}
}

static void hide_open(struct names *names, FILE *out, enum name_class class, const char *text, size_t len)
{
	(void)names;
	(void)class;
	fwrite(text, 1, len, out);
}

#define PART(name, function)                                                                         \
	static void name(                                                                            \
		struct names *names, FILE *out, enum name_class class, const char *text, size_t len) \
	{                                                                                            \
		(void)class;                                                                         \
		function(names, out, text, len);                                                     \
	}
PART(hide_host, place_host)
PART(hide_url, place_url)
PART(hide_path, place_path)
PART(hide_place, place_mount)
PART(hide_client, place_client)
PART(hide_word, text_word)
PART(hide_text, text_sentence)

typedef void hide_fn(struct names *names, FILE *out, enum name_class class, const char *text, size_t len);

static hide_fn *const ways[NAME_CLASSES] = {
	[NAME_SERVER] = hide_name,
	[NAME_INSTANCE] = hide_name,
	[NAME_MODEL] = hide_name,
	[NAME_IMAGE] = hide_name,
	[NAME_NODE] = hide_name,
	[NAME_SERVICE] = hide_name,
	[NAME_LABEL] = hide_name,
	[NAME_PATTERN] = hide_pattern,
	[NAME_HOST] = hide_host,
	[NAME_URL] = hide_url,
	[NAME_PATH] = hide_path,
	[NAME_PLACE] = hide_place,
	[NAME_DIGEST] = hide_digest,
	[NAME_CLIENT] = hide_client,
	[NAME_VARIABLE] = hide_variable,
	[NAME_TARGET] = hide_target,
	[NAME_WORD] = hide_word,
	[NAME_TEXT] = hide_text,
	[NAME_OPEN] = hide_open,
};

char *names_hide(struct names *names, enum name_class class, const char *text)
{
	char *hidden = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&hidden, &size);
	if (!out) {
		return NULL;
	}
	if (text[0] != '\0') {
		ways[class](names, out, class, text, strlen(text));
	}
	if (fclose(out) != 0) {
		free(hidden);
		return NULL;
	}
	return hidden;
}
