/*
 * metrics.c - writes every family in the text format 0.0.4 or in OpenMetrics 1.0.
 *
 * Between two turns of the loop, so it has to be quick: a thousand instances are eighty thousand lines. What is the same in
 * many of them is made once, and what nearly all of them have - whole numbers, plain names - goes without printf.
 */
#include "metrics.h"

#include "metrics_private.h"
#include "ollama-top/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 32
/* A label's value in the worst case: every byte escaped. */
#define VALUE_MAX ((size_t)2 * TEXT_NAME_MAX)
#define WHOLE_MAX 9007199254740992.0 /* 2^53: up to here every whole number is a double */

struct writer {
	enum metrics_format format;
	const struct family *family;
	size_t name_len;                               /* of the family */
	char bounds[HISTOGRAM_BOUNDS_MAX][NUMBER_MAX]; /* of its buckets */
	bool begun;                                    /* the family's header is written */
	bool broken;                                   /* out of memory */
	char *bytes;
	size_t len, room;
	char labels[8 * VALUE_MAX]; /* of the sample at hand: name="value",... */
	size_t labels_len;
	/* Hashes of the labels that the family has so far, in open addressing; 0: free. */
	uint64_t *taken;
	size_t taken_room, taken_count;
	uint64_t duplicates;
};

/* What a type adds to the name of a sample, and what it is called. */
static const struct {
	const char *name, *old_name; /* the text format knows no info */
	const char *suffix;
} types[] = {
	[GAUGE] = {"gauge", "gauge", ""},
	[COUNTER] = {"counter", "counter", "_total"},
	[INFO] = {"info", "gauge", "_info"},
	[HISTOGRAM] = {"histogram", "histogram", ""},
};

/* Room for so many bytes more; false when out of memory. */
static bool reserve(struct writer *w, size_t len)
{
	if (w->len + len <= w->room) {
		return true;
	}
	const size_t room = 2 * (w->len + len) + 4096;
	char *more = realloc(w->bytes, room);
	if (!more) {
		w->broken = true;
		return false;
	}
	w->bytes = more;
	w->room = room;
	return true;
}

/* Into what was reserved. */
static void put(struct writer *w, const char *bytes, size_t len)
{
	memcpy(w->bytes + w->len, bytes, len);
	w->len += len;
}

static void add(struct writer *w, const char *bytes, size_t len)
{
	if (reserve(w, len)) {
		put(w, bytes, len);
	}
}

static void add_text(struct writer *w, const char *text)
{
	add(w, text, strlen(text));
}

static const char *whole(char buf[NUMBER_MAX], uint64_t value)
{
	char *at = &buf[NUMBER_MAX - 1];
	*at = '\0';
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return at;
}

/*
 * What has at most nine decimals, as seconds of a clock that counts nanoseconds; NULL for other numbers. A quotient is
 * rounded once, so decimals that give the number back are those that %.15g would find; below 0.0001 that has an exponent.
 */
static const char *decimals(char buf[NUMBER_MAX], double value)
{
	const double scale = 1e9;
	if (!(value >= 1e-4 && value < 1e6)) {
		return NULL;
	}
	uint64_t parts = (uint64_t)(value * scale + 0.5);
	if ((double)parts / scale != value) {
		return NULL;
	}
	char *at = &buf[NUMBER_MAX - 1];
	int left = 9;
	for (; parts % 10 == 0; left--) {
		parts /= 10;
	}
	for (*at = '\0'; left > 0; left--) {
		*--at = (char)('0' + parts % 10);
		parts /= 10;
	}
	*--at = '.';
	do {
		*--at = (char)('0' + parts % 10);
		parts /= 10;
	} while (parts > 0);
	return at;
}

/* The shortest form that reads back as the same number, somewhere in the buffer. */
static const char *number(char buf[NUMBER_MAX], double value)
{
	if (value >= 0 && value <= WHOLE_MAX && value == (double)(uint64_t)value && !signbit(value)) {
		return whole(buf, (uint64_t)value);
	}
	const char *text = decimals(buf, value);
	if (text) {
		return text;
	}
	if (value == floor(value) && fabs(value) <= WHOLE_MAX) {
		snprintf(buf, NUMBER_MAX, "%.0f", value);
		return buf;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, NUMBER_MAX, "%.*g", digits, value);
		if (strtod(buf, NULL) == value) {
			break;
		}
	}
	return buf;
}

/* OpenMetrics wants 1.0 where the text format takes any form: a series must have one name in both. */
static void bound(char to[NUMBER_MAX], double value)
{
	char buf[NUMBER_MAX];
	const char *text = number(buf, value);
	snprintf(to, NUMBER_MAX, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static size_t escape(char *to, const char *from)
{
	size_t n = 0;
	for (; *from != '\0'; from++) {
		if (*from == '\\' || *from == '"' || *from == '\n') {
			to[n++] = '\\';
		}
		to[n++] = *from == '\n' ? 'n' : *from;
	}
	return n;
}

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* Nearly all are plain: then cleaning and escaping would make them what they are. */
static size_t put_value(char *to, const char *value)
{
	char clean[TEXT_NAME_MAX];
	const char *end = value;
	while (is_plain(*end)) {
		end++;
	}
	const size_t len = (size_t)(end - value);
	if (*end == '\0' && len < sizeof(clean)) {
		memcpy(to, value, len);
		return len;
	}
	text_clean(clean, sizeof(clean), value, strlen(value));
	return escape(to, clean);
}

static void put_labels(struct writer *w, const struct metrics_label *labels, const struct subject *s)
{
	w->labels_len = 0;
	for (; labels->name; labels++) {
		const char *value = labels->text(s);
		const size_t len = strlen(labels->name);
		if (w->labels_len > 0) {
			w->labels[w->labels_len++] = ',';
		}
		memcpy(w->labels + w->labels_len, labels->name, len);
		w->labels_len += len;
		memcpy(w->labels + w->labels_len, "=\"", 2);
		w->labels_len += 2;
		w->labels_len += put_value(w->labels + w->labels_len, value ? value : "");
		w->labels[w->labels_len++] = '"';
	}
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 32);
}

/* Eight bytes at a time. */
static uint64_t hash(const char *bytes, size_t len)
{
	uint64_t h = mix(UINT64_C(14695981039346656037), len), word;
	for (; len >= sizeof(word); bytes += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		h = mix(h, word);
	}
	word = 0;
	memcpy(&word, bytes, len);
	h = mix(h, word);
	return h ? h : 1;
}

static void place(uint64_t *taken, size_t room, uint64_t h)
{
	size_t at = h & (room - 1);
	while (taken[at] != 0) {
		at = (at + 1) & (room - 1);
	}
	taken[at] = h;
}

static bool make_room(struct writer *w)
{
	const size_t room = w->taken_room ? 2 * w->taken_room : 1024;
	uint64_t *more = calloc(room, sizeof(*more));
	if (!more) {
		w->broken = true;
		return false;
	}
	for (size_t i = 0; i < w->taken_room; i++) {
		if (w->taken[i] != 0) {
			place(more, room, w->taken[i]);
		}
	}
	free(w->taken);
	w->taken = more;
	w->taken_room = room;
	return true;
}

/* One sample of a name and labels that were written spoils the whole scrape: the second is dropped, and counted. */
static bool is_new(struct writer *w)
{
	const uint64_t h = hash(w->labels, w->labels_len);
	if (2 * w->taken_count >= w->taken_room && !make_room(w)) {
		return false;
	}
	for (size_t at = h & (w->taken_room - 1); w->taken[at] != 0; at = (at + 1) & (w->taken_room - 1)) {
		if (w->taken[at] == h) {
			w->duplicates++;
			return false;
		}
	}
	place(w->taken, w->taken_room, h);
	w->taken_count++;
	return true;
}

static void add_meta(struct writer *w, const char *word, const char *value)
{
	const bool open = w->format == METRICS_OPENMETRICS;
	add_text(w, word);
	add_text(w, w->family->name);
	add_text(w, open ? "" : types[w->family->type].suffix);
	add_text(w, " ");
	add_text(w, value);
	add_text(w, "\n");
}

static void begin_family(struct writer *w)
{
	const struct family *f = w->family;
	const bool open = w->format == METRICS_OPENMETRICS;
	if (w->begun) {
		return;
	}
	w->begun = true;
	w->name_len = strlen(f->name);
	for (size_t i = 0; f->bounds && i < f->bounds->count; i++) {
		bound(w->bounds[i], f->bounds->upper[i]);
	}
	add_meta(w, "# HELP ", f->help);
	add_meta(w, "# TYPE ", open ? types[f->type].name : types[f->type].old_name);
	if (open && f->unit) {
		add_meta(w, "# UNIT ", f->unit);
	}
}

/* `le` is a label more, of buckets; NULL: none. */
static void add_sample(struct writer *w, const char *suffix, const char *le, double value)
{
	static const char before_le[] = ",le=\"";
	char buf[NUMBER_MAX];
	const char *text = number(buf, value);
	const size_t suffix_len = strlen(suffix), le_len = le ? strlen(le) : 0, text_len = strlen(text);
	if (!reserve(w,
		    w->name_len + suffix_len + w->labels_len + sizeof(before_le) + le_len + text_len + 8)) {
		return;
	}
	put(w, w->family->name, w->name_len);
	put(w, suffix, suffix_len);
	if (w->labels_len > 0 || le) {
		put(w, "{", 1);
		put(w, w->labels, w->labels_len);
		if (le) {
			const size_t skip = w->labels_len == 0;
			put(w, before_le + skip, sizeof(before_le) - 1 - skip);
			put(w, le, le_len);
			put(w, "\"", 1);
		}
		put(w, "}", 1);
	}
	put(w, " ", 1);
	put(w, text, text_len);
	put(w, "\n", 1);
}

static void add_histogram(struct writer *w, const struct histogram *histogram)
{
	uint64_t below = 0;
	for (size_t i = 0; i < w->family->bounds->count; i++) {
		below += histogram->counts[i];
		add_sample(w, "_bucket", w->bounds[i], (double)below);
	}
	const double total = (double)histogram_total(histogram);
	add_sample(w, "_bucket", "+Inf", total);
	add_sample(w, "_count", NULL, total);
	add_sample(w, "_sum", NULL, histogram->sum);
}

static void add_subject(void *user, const struct subject *subject)
{
	struct writer *w = user;
	const struct family *f = w->family;
	struct subject s = *subject;
	s.duplicates = w->duplicates;
	const struct histogram *histogram = f->histogram ? f->histogram(&s) : NULL;
	const double value = f->value ? f->value(&s) : NAN;
	if (w->broken || (!histogram && !isfinite(value))) {
		return;
	}
	put_labels(w, metrics_scopes[f->scope].labels, &s);
	if (!is_new(w)) {
		return;
	}
	begin_family(w);
	if (histogram) {
		add_histogram(w, histogram);
	} else {
		add_sample(w, types[f->type].suffix, NULL, value);
	}
}

static void write_family(struct writer *w, const struct metrics_source *source, const struct family *family)
{
	w->family = family;
	w->begun = false;
	w->taken_count = 0;
	if (w->taken) {
		memset(w->taken, 0, w->taken_room * sizeof(*w->taken));
	}
	metrics_scopes[family->scope].walk(source, add_subject, w);
}

char *metrics_write(const struct metrics_source *source, enum metrics_format format, size_t *len)
{
	static const struct family_list *const lists[] = {&metrics_of_fleet, &metrics_of_servers,
		&metrics_of_instances, &metrics_of_requests, &metrics_of_policies, &metrics_of_self};
	struct writer *w = calloc(1, sizeof(*w));
	/* Decimal points, whatever the user's language has. */
	const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!w || !plain) {
		free(w);
		return NULL;
	}
	const locale_t before = uselocale(plain);
	w->format = format;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		for (size_t k = 0; k < lists[i]->count; k++) {
			write_family(w, source, &lists[i]->families[k]);
		}
	}
	if (format == METRICS_OPENMETRICS) {
		add_text(w, "# EOF\n");
	}
	add(w, "", 1);
	uselocale(before);
	freelocale(plain);
	char *bytes = w->bytes;
	if (w->broken) {
		free(bytes);
		bytes = NULL;
	}
	*len = bytes ? w->len - 1 : 0;
	free(w->taken);
	free(w);
	return bytes;
}
