/*
 * pool_locate.c - the way from a document's root to a service's list of servers.
 */
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "pool_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Merge keys within merge keys are followed so far; aliases can form a loop. */
#define MERGE_DEPTH_MAX  8
#define MERGE_VISITS_MAX 1000

/* The way down, for sentences: "http.services.ollama". */
struct way {
	char name[TEXT_NAME_MAX + 64];
	struct pool_error *error;
};

static bool named(const struct yaml_item *key, const char *name, bool exact)
{
	key = yaml_item_real(key);
	return key->kind == YAML_ITEM_SCALAR && strlen(key->text) == key->len &&
	       (exact ? strcmp(key->text, name) : strcasecmp(key->text, name)) == 0;
}

size_t pool_key_index(const struct yaml_item *map, const char *name, bool exact, size_t *count)
{
	size_t first = 0;

	*count = 0;
	for (size_t i = 0; i + 1 < map->count; i += 2)
		if (named(map->items[i], name, exact) && (*count)++ == 0)
			first = i;
	return first;
}

static bool is_merge(const struct yaml_item *key)
{
	return key->kind == YAML_ITEM_SCALAR && key->quote == 0 && strcmp(key->text, "<<") == 0;
}

struct search {
	const char *name;
	bool exact;
	int depth;
	size_t visits; /* maps looked into: aliases of aliases could make that very many */
};

static const struct yaml_item *merged(const struct yaml_item *map, struct search *search);

/* The value of a key of a map, its own or one that it gets by a merge key. */
static const struct yaml_item *lookup(const struct yaml_item *map, struct search *search)
{
	size_t count, index;

	map = yaml_item_real(map);
	if (map->kind != YAML_ITEM_MAP || search->visits++ >= MERGE_VISITS_MAX)
		return NULL;
	index = pool_key_index(map, search->name, search->exact, &count);
	return count > 0 ? map->items[index + 1] : merged(map, search);
}

static const struct yaml_item *merged(const struct yaml_item *map, struct search *search)
{
	const struct yaml_item *found = NULL;

	if (search->depth == MERGE_DEPTH_MAX)
		return NULL;
	search->depth++;
	for (size_t i = 0; i + 1 < map->count && found == NULL; i += 2) {
		const struct yaml_item *from = yaml_item_real(map->items[i + 1]);

		if (!is_merge(map->items[i]))
			continue;
		if (from->kind == YAML_ITEM_MAP)
			found = lookup(from, search);
		for (size_t k = 0; from->kind == YAML_ITEM_LIST && k < from->count && found == NULL; k++)
			found = lookup(from->items[k], search);
	}
	search->depth--;
	return found;
}

const struct yaml_item *pool_value(const struct yaml_item *map, const char *name, bool exact)
{
	struct search search = {.name = name, .exact = exact};
	const struct yaml_item *value = map != NULL ? lookup(map, &search) : NULL;

	return value != NULL ? yaml_item_real(value) : NULL;
}

const char *pool_scalar(const struct yaml_item *item)
{
	const bool is_text =
		item != NULL && item->kind == YAML_ITEM_SCALAR && strlen(item->text) == item->len;

	return is_text ? item->text : NULL;
}

const struct yaml_item *pool_entry_url(const struct yaml_item *entry)
{
	const struct yaml_item *url = pool_value(entry, "url", false);
	const char *text = pool_scalar(url);

	return text != NULL && *text != '\0' ? url : NULL;
}

size_t pool_count(const struct pool_place *place)
{
	return place->value != NULL && place->value->kind == YAML_ITEM_LIST ? place->value->count : 0;
}

const char *pool_url(const struct pool_place *place, size_t index)
{
	return pool_entry_url(place->value->items[index])->text;
}

/* The sentence about an item; the way's name is its argument. */
__attribute__((format(printf, 3, 4))) static bool fail(
	const struct way *way, const struct yaml_item *at, const char *format, ...)
{
	va_list args;

	way->error->line = at->line;
	way->error->column = at->column;
	va_start(args, format);
	vsnprintf(way->error->text, sizeof way->error->text, format, args);
	va_end(args);
	return false;
}

/* Whether a change of this value stays here. */
static bool own(const struct way *way, const struct yaml_item *value)
{
	if (value->kind == YAML_ITEM_ALIAS)
		return fail(way, value,
			_("%s is an alias, so that a change would show in other places too; write it out, or "
			  "change it by hand"),
			way->name);
	if (value->aliased)
		return fail(way, value,
			_("%s is used in other places through its anchor, so that a change would show there "
			  "too; write it out there, or change it by hand"),
			way->name);
	return true;
}

/* The key and value by a name; both NULL with true when it is missing. */
static bool descend(struct way *way, const struct yaml_item *map, const char *name, bool exact,
	const struct yaml_item **key, const struct yaml_item **value)
{
	const size_t used = strlen(way->name);
	struct search search = {.name = name, .exact = exact};
	size_t count, index;

	*key = NULL;
	*value = NULL;
	index = pool_key_index(map, name, exact, &count);
	snprintf(way->name + used, sizeof way->name - used, "%s", used > 0 ? "." : "");
	text_clean(way->name + strlen(way->name), sizeof way->name - strlen(way->name), name, strlen(name));
	if (count > 1)
		return fail(way, map, _("%s is given more than once; leave one"), way->name);
	if (count == 0 && merged(map, &search) != NULL)
		return fail(way, map,
			_("%s comes from a merge key (<<), so that a change would show in other places too; "
			  "write it out here, or change it by hand"),
			way->name);
	if (count == 0)
		return true;
	*key = map->items[index];
	*value = map->items[index + 1];
	return own(way, *value);
}

static bool descend_map(struct way *way, const struct yaml_item **map, const char *name, bool exact)
{
	const struct yaml_item *key, *value;

	if (!descend(way, *map, name, exact, &key, &value))
		return false;
	if (value == NULL)
		return fail(way, *map,
			_("there is no %s; write it, with an empty list of servers, or correct the "
			  "configuration"),
			way->name);
	if (value->kind != YAML_ITEM_MAP)
		return fail(way, value, _("%s is not a map; expected Traefik's dynamic configuration"),
			way->name);
	*map = value;
	return true;
}

static bool is_null(const struct yaml_item *value)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (value->kind != YAML_ITEM_SCALAR || value->quote != 0 || value->tag != NULL)
		return false;
	for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
		if (strcmp(value->text, nulls[i]) == 0)
			return true;
	return false;
}

static bool check_entries(const struct way *way, const struct yaml_item *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (pool_entry_url(list->items[i]) == NULL)
			return fail(way, list->items[i],
				_("an entry of %s has no url; expected \"url: http://HOST:PORT\""),
				way->name);
	return true;
}

bool pool_locate(
	const struct yaml_tree *tree, const char *service, struct pool_place *place, struct pool_error *error)
{
	const struct yaml_item *map = tree->document_count > 0 ? tree->documents[0] : NULL;
	const struct yaml_item *parent;
	struct way way = {.error = error};

	*place = (struct pool_place){.step = 2};
	if (map == NULL || map->kind != YAML_ITEM_MAP)
		return pool_fail(error, map != NULL ? map->line : 1, map != NULL ? map->column : 1, "%s",
			_("the document is not a map; expected Traefik's dynamic configuration (\"http: "
			  "...\")"));
	if (!descend_map(&way, &map, "http", false) || !descend_map(&way, &map, "services", false) ||
		!descend_map(&way, &map, service, true))
		return false;
	parent = map;
	if (!descend_map(&way, &map, "loadBalancer", false))
		return false;
	if (!map->flow && map->column > parent->column && map->column - parent->column <= 8)
		place->step = map->column - parent->column;
	place->balancer = map;
	place->line = map->line;
	place->column = map->column;
	if (!descend(&way, map, "servers", false, &place->key, &place->value))
		return false;
	if (place->value != NULL && place->value->kind != YAML_ITEM_LIST && !is_null(place->value))
		return fail(&way, place->value, _("%s is not a list; expected \"- url: http://HOST:PORT\""),
			way.name);
	return pool_count(place) == 0 || check_entries(&way, place->value);
}
