/*
 * pool_text.c - lists, adds, removes; see pool_text.h. What finds and what writes is in pool_locate.c, pool_add.c and
 * pool_remove.c.
 */
#include "pool_text.h"

#include "ollama-top/i18n.h"
#include "pool_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* So many entries of one server are removed; each costs a look at the whole text. */
#define SAME_MAX 32

/* Traefik runs the file through Go's templates first: with these, what it loads has another shape than the text. */
static bool is_control(const char *action, size_t len)
{
	static const char *const words[] = {"/*", "range", "if", "with", "else", "end", "define", "block",
		"template", "break", "continue"};

	while (len > 0 && (*action == '-' || isspace((unsigned char)*action))) {
		action++;
		len--;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (len >= strlen(words[i]) && memcmp(action, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static bool check_templates(const char *text, size_t len, struct pool_error *error)
{
	const char *end = text + len, *line = text;
	size_t number = 1;

	for (const char *at = text; at < end; at++) {
		if (*at == '\n') {
			number++;
			line = at + 1;
		}
		if (end - at > 2 && at[0] == '{' && at[1] == '{' &&
			is_control(at + 2, (size_t)(end - at - 2)))
			return pool_fail(error, number, (size_t)(at - line) + 1, "%s",
				_("a template of Traefik decides here what the file says, so that the list "
				  "cannot be "
				  "changed safely; change it by hand"));
	}
	return true;
}

bool pool_open(struct pool_source *source, const char *text, size_t len, const char *service,
	struct pool_place *place, struct pool_error *error)
{
	*source = (struct pool_source){.text = text, .len = len};
	if (len > POOL_TEXT_MAX)
		return pool_fail(
			error, 0, 0, "%s", _("larger than 1M; expected a file that is changed by hand too"));
	return check_templates(text, len, error) && yaml_tree_parse(&source->tree, text, len, error) &&
	       pool_locate(&source->tree, service, place, error);
}

void pool_urls_clear(struct pool_urls *urls)
{
	for (size_t i = 0; i < urls->count; i++)
		free(urls->url[i]);
	free(urls->url);
	*urls = (struct pool_urls){0};
}

static bool copy_urls(const struct pool_place *place, struct pool_urls *urls)
{
	const size_t count = pool_count(place);

	urls->url = count > 0 ? calloc(count, sizeof(char *)) : NULL;
	if (count > 0 && urls->url == NULL)
		return false;
	for (; urls->count < count; urls->count++) {
		urls->url[urls->count] = strdup(pool_url(place, urls->count));
		if (urls->url[urls->count] == NULL)
			return false;
	}
	return true;
}

bool pool_text_list(
	const char *text, size_t len, const char *service, struct pool_urls *urls, struct pool_error *error)
{
	struct pool_source source;
	struct pool_place place = {0};
	bool good;

	*urls = (struct pool_urls){0};
	good = pool_open(&source, text, len, service, &place, error);
	if (good && !copy_urls(&place, urls)) {
		pool_urls_clear(urls);
		good = pool_fail(error, 0, 0, "%s", _("out of memory"));
	}
	yaml_tree_free(&source.tree);
	return good;
}

/* The last entry that means the server; pool_count() for none. */
static size_t find_entry(const struct pool_place *place, const char *url, size_t *same)
{
	const size_t count = pool_count(place);
	size_t found = count;

	*same = 0;
	for (size_t i = 0; i < count; i++)
		if (pool_url_same(pool_url(place, i), url)) {
			found = i;
			(*same)++;
		}
	return found;
}

/* Carries out the edits of one entry and looks at what came of them. */
static enum pool_outcome finish(const struct pool_source *source, const struct pool_place *place,
	const char *service, const char *added, size_t index, struct pool_edits *edits, char **out,
	size_t *out_len, struct pool_error *error)
{
	*out = pool_edits_apply(edits, source->text, source->len, out_len);
	if (*out == NULL) {
		pool_fail(error, 0, 0, "%s", _("out of memory"));
		return POOL_FAILED;
	}
	if (*out_len <= POOL_TEXT_MAX && pool_verify(source, place, service, added, index, *out, *out_len))
		return POOL_CHANGED;
	free(*out);
	*out = NULL;
	pool_fail(error, place->line, place->column, "%s",
		_("the list of this service is written in a way that cannot be changed safely; change it by "
		  "hand"));
	return POOL_FAILED;
}

static enum pool_outcome change_one(const struct pool_source *source, const struct pool_place *place,
	enum pool_verb verb, const char *service, const char *url, char **out, size_t *out_len,
	struct pool_error *error)
{
	struct pool_edits edits = {0};
	enum pool_outcome outcome = POOL_FAILED;
	size_t same;
	const size_t index = find_entry(place, url, &same);
	bool good;

	if ((verb == POOL_ADD) == (same > 0))
		return POOL_SAME;
	if (same > SAME_MAX) {
		pool_fail(error, place->value->line, place->value->column,
			_("the server is listed %zu times; remove all but one by hand"), same);
		return POOL_FAILED;
	}
	good = verb == POOL_ADD ? pool_add_edits(source, place, url, &edits, error)
				: pool_remove_edits(source, place, index, &edits, error);
	if (good)
		outcome = finish(source, place, service, verb == POOL_ADD ? url : NULL, index, &edits, out,
			out_len, error);
	pool_edits_clear(&edits);
	return outcome;
}

static enum pool_outcome change(enum pool_verb verb, const char *text, size_t len, const char *service,
	const char *url, char **out, size_t *out_len, struct pool_error *error)
{
	enum pool_outcome outcome = POOL_FAILED;
	struct pool_source source;
	struct pool_place place = {0};

	*out = NULL;
	*out_len = 0;
	if (pool_open(&source, text, len, service, &place, error))
		outcome = change_one(&source, &place, verb, service, url, out, out_len, error);
	yaml_tree_free(&source.tree);
	return outcome;
}

enum pool_outcome pool_text_add(const char *text, size_t len, const char *service, const char *url,
	char **out, size_t *out_len, struct pool_error *error)
{
	*out = NULL;
	if (pool_url_valid(url))
		return change(POOL_ADD, text, len, service, url, out, out_len, error);
	pool_fail(error, 0, 0, "%s", _("the server's url cannot be written; expected http://HOST:PORT"));
	return POOL_FAILED;
}

enum pool_outcome pool_text_remove(const char *text, size_t len, const char *service, const char *url,
	char **out, size_t *out_len, struct pool_error *error)
{
	enum pool_outcome outcome = change(POOL_REMOVE, text, len, service, url, out, out_len, error);
	enum pool_outcome again = outcome;

	/* A server can be listed several times. */
	while (again == POOL_CHANGED) {
		char *more;
		size_t more_len;

		again = change(POOL_REMOVE, *out, *out_len, service, url, &more, &more_len, error);
		if (again == POOL_SAME)
			break;
		free(*out);
		*out = more;
		*out_len = more_len;
		outcome = again;
	}
	return outcome;
}

enum pool_outcome pool_text_change(enum pool_verb verb, const char *text, size_t len, const char *service,
	const char *url, char **out, size_t *out_len, struct pool_error *error)
{
	return (verb == POOL_ADD ? pool_text_add : pool_text_remove)(
		text, len, service, url, out, out_len, error);
}
