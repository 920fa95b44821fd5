/*
 * choose.h - which container is cloned or removed, what the new one is called, where it listens, and
 * whether the host's memory allows it.
 *
 * Pure, over the state of one server.
 */
#ifndef OLLAMA_TOP_OPS_CHOOSE_H
#define OLLAMA_TOP_OPS_CHOOSE_H

#include "ollama-top/fleet.h"
#include "ollama-top/text.h"

/* Its container exists, running or not, or may exist for all that is known: these are what scaling counts. */
bool choose_is_present(const struct instance *i);

/*
 * The newest healthy instance: running, inspected, ok or merely not agreed upon with the balancer; by the start
 * of its container, at the same time the later name. NULL when there is none. Belongs to the server.
 */
const struct instance *choose_template(const struct server *server);

/*
 * The template's name with the number at its end replaced by the lowest positive one that is in none of
 * the `count` names in `taken` and with which the name matches `glob` (NULL: any), so that it is discovered;
 * leading zeros keep the width. A name without a number counts as the first, and the next gets "-2".
 * False when there is no such name or it does not fit in `size` bytes.
 */
bool choose_name(
	char *buf, size_t size, const char *name, const char *const *taken, size_t count, const char *glob);

/*
 * The lowest port of the server's scale.ports that neither an instance (also a stopped one) nor one of the
 * `count` ports in `taken` has; 0 when there is none, or no range.
 */
int choose_port(const struct server *server, const int *taken, size_t count);

/* Whom scaling down removes: of the present instances the last by natural order of names; NULL without any. */
const struct instance *choose_victim(const struct server *server);

/* What is left of a server's memory when `count` siblings of a template are added to what is promised already. */
struct headroom {
	bool fits;    /* no less than scale.memory_headroom is left */
	bool known;   /* false: it cannot be reckoned, and `text` says why */
	int64_t left; /* bytes, negative when promised more than there is; 0 unless known */
	char text[FLEET_TEXT_MAX];
};

/*
 * `text` is for the confirmation and for the refusal: "3 x 16G + 16G of 125.6G leaves 61.6G",
 * "7 x 16G + 16G of 125.6G leaves -2.4G: refused". An instance without a limit counts with what it uses now, and
 * the text says so. True when it fits.
 */
bool choose_headroom(
	const struct server *server, const struct instance *template, int count, struct headroom *out);

#define WARM_MAX      4
#define WARM_SEEN_MAX 16
/* A model that siblings have loaded; sizes in bytes as /api/ps has them, context 0 unknown. */
struct warm_choice {
	char name[TEXT_NAME_MAX];
	int64_t size, context;
	int busy, holders; /* siblings that are busy with it loaded, that have it loaded */
	int64_t left; /* of the limit when its turn came, less than `size` where it does not fit; INT64_MAX: no limit */
};

/* What a new instance loads before it takes requests, and what it does not, each the most used first. */
struct warm_plan {
	struct warm_choice chosen[WARM_MAX], left_out[WARM_SEEN_MAX];
	size_t chosen_count, left_out_count;
};

/*
 * Fills the plan from what the siblings of instance `fresh` have loaded: of those that are busy, or when none is, of
 * all. Chosen is as much as the memory limit of `fresh` allows, all without one, and no more than WARM_MAX.
 */
void choose_warm(const struct server *server, const char *fresh, struct warm_plan *plan);

/* "16G", "125.6G", "-2.4G": one decimal unless it is 0, however large the number is. */
const char *choose_size(char *buf, size_t size, int64_t bytes);

#endif
