/*
 * pool_add.c - where a new server is written, and how: like the last one of the list.
 */
#include "ollama-top/i18n.h"
#include "pool_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text of what is put in, by a stream in memory. */
struct writer {
	FILE *file;
	char *text;
	size_t len;
};

static bool writer_open(struct writer *w)
{
	*w = (struct writer){0};
	w->file = open_memstream(&w->text, &w->len);
	return w->file != NULL;
}

/* Hands what was written to an edit. */
static void writer_put(struct writer *w, struct pool_edits *edits, size_t at, size_t drop)
{
	const bool good = w->file != NULL && fclose(w->file) == 0;

	if (!good) {
		free(w->text);
		w->text = NULL;
		w->len = 1;
	}
	pool_edit_add(edits, at, drop, w->text, w->len);
}

static void write_range(FILE *out, const struct pool_source *source, size_t from, size_t to)
{
	if (to > from)
		fwrite(source->text + from, 1, to - from, out);
}

static void write_spaces(FILE *out, size_t count)
{
	fprintf(out, "%*s", (int)(count < 1000 ? count : 1000), "");
}

/* What may stand without quotes, within brackets too. */
static bool plain_url(const char *url)
{
	size_t i;

	for (i = 0; url[i] != '\0'; i++)
		if (!isalnum((unsigned char)url[i]) && strchr("-._~:/%@+", url[i]) == NULL)
			return false;
	return i > 0 && url[i - 1] != ':';
}

/* A map with a url of its own, after which a new one can be modelled. */
static bool is_model(const struct yaml_item *item)
{
	size_t count;

	if (item->kind != YAML_ITEM_MAP)
		return false;
	pool_key_index(item, "url", false, &count);
	return count == 1;
}

static const struct yaml_item *find_model(const struct yaml_item *list)
{
	for (size_t i = list->count; i-- > 0;)
		if (is_model(list->items[i]))
			return list->items[i];
	return NULL;
}

/* "url: " and the url, spaced and quoted as in the model. */
static void write_pair(
	FILE *out, const struct pool_source *source, const struct yaml_item *model, const char *url)
{
	char quote = '"';
	size_t count, index;

	if (model == NULL) {
		fprintf(out, "url: \"%s\"", url);
		return;
	}
	index = pool_key_index(model, "url", false, &count);
	const struct yaml_item *key = model->items[index], *value = model->items[index + 1];

	if (key->kind == YAML_ITEM_SCALAR && key->anchor == NULL && key->tag == NULL &&
		!line_breaks(source, key->start, value->start))
		write_range(out, source, key->start, value->start);
	else
		fputs("url: ", out);
	if (value->kind == YAML_ITEM_SCALAR && value->quote == '\'')
		quote = '\'';
	if (value->kind == YAML_ITEM_SCALAR && value->quote == 0 && plain_url(url))
		fputs(url, out);
	else
		fprintf(out, "%c%s%c", quote, url, quote);
}

/* A map in brackets, with the model's spaces inside them; a pair without brackets stays one. */
static void write_flow_map(
	FILE *out, const struct pool_source *source, const struct yaml_item *model, const char *url)
{
	const bool bare = model != NULL && model->start == model->items[0]->start;
	size_t left = 0, right = 0;

	if (model != NULL && !bare) {
		const size_t first = model->items[0]->start, last = model->items[model->count - 1]->end;

		while (left < first && line_blank(source, first - left - 1, first - left))
			left++;
		if (line_blank(source, last, model->end - 1))
			right = model->end - 1 - last;
		if (source->text[first - left - 1] != '{')
			left = right = 0;
	}
	fputs(bare ? "" : "{", out);
	write_spaces(out, left);
	write_pair(out, source, model, url);
	write_spaces(out, right);
	fputs(bare ? "" : "}", out);
}

/* What is between a dash and its entry: the model's blanks, or a new line and its column. */
static void write_gap(FILE *out, const struct pool_source *source, const struct yaml_sign *dash,
	const struct yaml_item *model)
{
	const struct yaml_item *first = model == NULL || model->flow ? model : model->items[0];

	if (first != NULL && line_breaks(source, dash->end, first->start)) {
		fputs(line_break(source, dash->end), out);
		write_spaces(out, first->column - 1);
	} else if (first != NULL && first->start > dash->end && line_blank(source, dash->end, first->start)) {
		write_range(out, source, dash->end, first->start);
	} else {
		fputc(' ', out);
	}
}

static void write_block_entry(
	FILE *out, const struct pool_source *source, const struct yaml_item *list, const char *url)
{
	const struct yaml_item *model = find_model(list);
	const struct yaml_item *like = model != NULL ? model : list->items[list->count - 1];
	const struct yaml_sign *dash =
		yaml_tree_last_sign(&source->tree, YAML_SIGN_DASH, list->start, like->start);

	if (dash == NULL) /* an empty entry's place is behind its dash, so there is always one */
		return;
	write_spaces(out, dash->column);
	fputc('-', out);
	write_gap(out, source, dash, model);
	if (model != NULL && model->flow)
		write_flow_map(out, source, model, url);
	else
		write_pair(out, source, model, url);
}

static void add_to_block(const struct pool_source *source, const struct yaml_item *list, const char *url,
	struct pool_edits *edits)
{
	const size_t last = list->items[list->count - 1]->end;
	const bool cut = line_end(source, last) == source->len;
	const char *eol = line_break(source, last);
	struct writer w;

	if (writer_open(&w)) {
		fputs(cut ? eol : "", w.file);
		write_block_entry(w.file, source, list, url);
		fputs(cut ? "" : eol, w.file);
	}
	writer_put(&w, edits, line_next(source, last), 0);
}

/* An entry on lines of its own, between brackets. */
static void add_flow_line(const struct pool_source *source, const struct yaml_item *list, const char *url,
	const struct yaml_sign *comma, struct pool_edits *edits)
{
	const struct yaml_item *last = list->items[list->count - 1];
	const size_t end = comma != NULL ? comma->end : last->end;
	const size_t start = line_start(source, last->start);
	struct writer w;

	if (comma == NULL)
		pool_edit_put(edits, last->end, ",");
	if (writer_open(&w)) {
		if (line_blank(source, start, last->start))
			write_range(w.file, source, start, last->start);
		else
			write_spaces(w.file, last->column - 1);
		write_flow_map(w.file, source, find_model(list), url);
		fprintf(w.file, "%s%s", comma != NULL ? "," : "", line_break(source, end));
	}
	writer_put(&w, edits, line_next(source, end), 0);
}

static void add_to_flow(const struct pool_source *source, const struct yaml_item *list, const char *url,
	struct pool_edits *edits)
{
	const struct yaml_item *last = list->items[list->count - 1];
	const struct yaml_sign *comma =
		yaml_tree_first_sign(&source->tree, YAML_SIGN_COMMA, last->end, list->end);
	const struct yaml_item *before = list->count > 1 ? list->items[list->count - 2] : NULL;
	struct writer w;

	if (line_breaks(source, comma != NULL ? comma->end : last->end, list->end)) {
		add_flow_line(source, list, url, comma, edits);
		return;
	}
	if (writer_open(&w)) {
		if (before != NULL && !line_breaks(source, before->end, last->start))
			write_range(w.file, source, before->end, last->start);
		else
			fputs(", ", w.file);
		write_flow_map(w.file, source, find_model(list), url);
	}
	writer_put(&w, edits, last->end, 0);
}

static const struct yaml_sign *bracket_of(const struct pool_source *source, const struct yaml_item *item)
{
	return yaml_tree_first_sign(&source->tree, YAML_SIGN_BRACKET, item->start, item->end);
}

/* "servers:" has nothing or an empty list: that goes, and a block list comes into the lines below. */
static void add_first_block(const struct pool_source *source, const struct pool_place *place, const char *url,
	struct pool_edits *edits)
{
	const struct yaml_item *value = place->value;
	const struct yaml_sign *bracket = bracket_of(source, value);
	const char *eol = line_break(source, value->end);
	const bool cut = line_end(source, value->end) == source->len;
	size_t start = bracket != NULL ? bracket->start : value->start;
	struct writer w;

	if (value->end > start) {
		start -= line_blank(source, start - 1, start) ? 1 : 0;
		pool_edit_add(edits, start, value->end - start, NULL, 0);
	}
	if (writer_open(&w)) {
		fputs(cut ? eol : "", w.file);
		write_spaces(w.file, place->key->column - 1 + place->step);
		fprintf(w.file, "- url: \"%s\"%s", url, cut ? "" : eol);
	}
	writer_put(&w, edits, line_next(source, value->end), 0);
}

static void add_first(const struct pool_source *source, const struct pool_place *place, const char *url,
	struct pool_edits *edits)
{
	const struct yaml_item *value = place->value;
	const struct yaml_sign *bracket = bracket_of(source, value);
	struct writer w;

	if (!place->balancer->flow && line_rest_idle(source, value->end) &&
		!line_breaks(source, place->key->start, value->end)) {
		add_first_block(source, place, url, edits);
		return;
	}
	if (bracket != NULL) {
		if (writer_open(&w))
			fprintf(w.file, "{url: \"%s\"}", url);
		writer_put(&w, edits, bracket->end, 0);
		return;
	}
	if (writer_open(&w))
		fprintf(w.file, "%s[{url: \"%s\"}]",
			line_blank(source, value->start - 1, value->start) ? "" : " ", url);
	writer_put(&w, edits, value->start, value->end - value->start);
}

/* "servers" is missing: it becomes the first key, since the end of a map is hard to tell from what follows. */
static void add_key_to_flow(const struct pool_source *source, const struct yaml_item *balancer,
	const char *url, struct pool_edits *edits)
{
	const bool empty = balancer->count == 0;
	struct writer w;

	if (writer_open(&w))
		fprintf(w.file, "servers: [{url: \"%s\"}]%s", url, empty ? "" : ", ");
	writer_put(&w, edits, empty ? bracket_of(source, balancer)->end : balancer->items[0]->start, 0);
}

static bool add_key_to_block(const struct pool_source *source, const struct pool_place *place,
	const char *url, struct pool_edits *edits, struct pool_error *error)
{
	const struct yaml_item *first = place->balancer->items[0];
	const size_t start = line_start(source, first->start);
	const char *eol = line_break(source, start);
	struct writer w;

	if (!line_blank(source, start, first->start))
		return pool_fail(error, first->line, first->column, "%s",
			_("no place for a list of servers before this key; write \"servers: []\" into its "
			  "map"));
	if (writer_open(&w)) {
		write_range(w.file, source, start, first->start);
		fprintf(w.file, "servers:%s", eol);
		write_spaces(w.file, first->column - 1 + place->step);
		fprintf(w.file, "- url: \"%s\"%s", url, eol);
	}
	writer_put(&w, edits, start, 0);
	return true;
}

bool pool_add_edits(const struct pool_source *source, const struct pool_place *place, const char *url,
	struct pool_edits *edits, struct pool_error *error)
{
	if (place->value == NULL && !place->balancer->flow)
		return add_key_to_block(source, place, url, edits, error);
	if (place->value == NULL)
		add_key_to_flow(source, place->balancer, url, edits);
	else if (pool_count(place) == 0)
		add_first(source, place, url, edits);
	else if (place->value->flow)
		add_to_flow(source, place->value, url, edits);
	else
		add_to_block(source, place->value, url, edits);
	return true;
}
