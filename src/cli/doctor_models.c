/*
 * doctor_models.c - the same models everywhere: missing, different, replaced while in use.
 */
#include "doctor.h"

#include "doctor_places.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_SHOWN  3
#define AND_MORE_MAX 128

/* Of a kind of disagreement: how many models, and the first ones by name. */
struct disagreement {
	size_t count;
	char names[512];
	const char *first;
};

static void add_name(struct disagreement *d, const char *name)
{
	const size_t len = strlen(d->names);
	if (d->count++ < NAMES_SHOWN) {
		snprintf(d->names + len, sizeof(d->names) - len, "%s%.120s", len > 0 ? ", " : "", name);
	}
	d->first = d->first ? d->first : name;
}

static void compare(const struct doctor *doctor, const struct instance *instance,
	const struct instance *reference, struct disagreement kinds[MODEL_UNKNOWN + 1])
{
	for (size_t k = 0; k < reference->stored_count; k++) {
		const char *name = reference->stored[k].name;
		add_name(&kinds[fleet_model_agreement(doctor->fleet, instance, name)], name);
	}
	for (size_t k = 0; k < instance->stored_count; k++) {
		const char *name = instance->stored[k].name;
		if (fleet_model_agreement(doctor->fleet, instance, name) == MODEL_EXTRA) {
			add_name(&kinds[MODEL_EXTRA], name);
		}
	}
}

/* An old listing is cached, or the store is another: then the check of the store says which. */
static void advise_drift(struct doctor *doctor, const struct instance *instance, const struct disagreement *d)
{
	const char *folder = place_host_folder(instance);
	if (folder) {
		doctor_advise(doctor, instance->server, "findmnt -T {}", folder);
	}
	doctor_advise(doctor, instance->server, "docker exec {} ollama list", place_container(instance));
	doctor_advise(doctor, instance->server, "docker restart {}", place_container(instance));
	doctor_advise(doctor, NULL, "ollama-top pull {}", d->first);
}

static void advise_extra(struct doctor *doctor, const struct instance *instance, const struct disagreement *d)
{
	const char *folder = place_host_folder(instance);
	if (folder) {
		doctor_advise(doctor, instance->server, "findmnt -T {}", folder);
	}
	doctor_advise(doctor, NULL, "ollama-top pull {}", d->first);
}

static const char *and_more(const struct disagreement *d, char buf[AND_MORE_MAX])
{
	buf[0] = '\0';
	if (d->count > NAMES_SHOWN) {
		snprintf(buf, 64, P_(" and %zu more", " and %zu more", d->count - NAMES_SHOWN),
			d->count - NAMES_SHOWN);
	}
	return buf;
}

typedef void words_fn(char *text, const struct disagreement *d, const char *reference);

static void missing_words(char *text, const struct disagreement *d, const char *reference)
{
	char more[AND_MORE_MAX];
	snprintf(text, FLEET_TEXT_MAX, _("it does not find %s%s, which %s has"), d->names, and_more(d, more),
		reference);
}

static void different_words(char *text, const struct disagreement *d, const char *reference)
{
	char more[AND_MORE_MAX];
	snprintf(text, FLEET_TEXT_MAX, _("it has other versions of %s%s than %s"), d->names,
		and_more(d, more), reference);
}

static void extra_words(char *text, const struct disagreement *d, const char *reference)
{
	char more[AND_MORE_MAX];
	snprintf(text, FLEET_TEXT_MAX, _("it has %s%s, and %s has not"), d->names, and_more(d, more),
		reference);
}

static bool store_is_wrong(const struct instance *instance)
{
	return instance->store.status == STORE_WRONG || instance->store.status == STORE_HUNG;
}

/* True when something was said. */
static bool say_differing(struct doctor *doctor, const struct instance *instance,
	const struct instance *reference, const struct disagreement kinds[MODEL_UNKNOWN + 1])
{
	static const struct {
		enum model_agreement kind;
		words_fn *words;
		void (*advise)(struct doctor *, const struct instance *, const struct disagreement *);
	} tells[] = {
		{MODEL_MISSING, missing_words, advise_drift},
		{MODEL_DIFFERENT, different_words, advise_drift},
		{MODEL_EXTRA, extra_words, advise_extra},
	};
	char text[FLEET_TEXT_MAX];
	char name[2 * TEXT_NAME_MAX];
	bool said = false;
	snprintf(name, sizeof(name), "%.250s/%.250s", reference->server->spec->name, reference->name);
	for (size_t k = 0; k < sizeof(tells) / sizeof(*tells); k++) {
		const struct disagreement *d = &kinds[tells[k].kind];
		if (d->count == 0) {
			continue;
		}
		tells[k].words(text, d, name);
		said = true;
		if (!instance->drifting) {
			/* NFS clients keep attributes for up to a minute (DESIGN.md 10.6). */
			doctor_say(doctor, VERDICT_OK, _("settling, which may take a minute: %s"), text);
			continue;
		}
		if (store_is_wrong(instance)) {
			doctor_say(doctor, VERDICT_FAILURE, _("%s: its store is the cause, see above"), text);
			continue;
		}
		doctor_say(doctor, VERDICT_FAILURE, "%s", text);
		tells[k].advise(doctor, instance, d);
	}
	return said;
}

static void check_models(struct doctor *doctor, const struct subject *subject)
{
	struct disagreement kinds[MODEL_UNKNOWN + 1] = {0};
	const struct instance *instance = subject->instance;
	const struct instance *reference = fleet_reference(doctor->fleet);
	if (instance->api.status != LINK_OK) {
		return;
	}
	if (instance->stored_at == 0) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("it has not told what models it finds"));
	} else if (instance == reference && instance->stored_count == 0) {
		doctor_say(doctor, VERDICT_WARNING, _("there are no models yet"));
		doctor_advise(doctor, NULL, "ollama-top pull mistral:7b");
	} else if (instance == reference) {
		doctor_say(doctor, VERDICT_OK, P_("%zu model", "%zu models", instance->stored_count),
			instance->stored_count);
	} else if (!reference) {
		doctor_say(
			doctor, VERDICT_UNKNOWN, _("no instance of the rw server answers to compare with"));
	} else {
		compare(doctor, instance, reference, kinds);
		if (!say_differing(doctor, instance, reference, kinds)) {
			doctor_say(doctor, VERDICT_OK,
				P_("%zu model, as on %s", "%zu models, as on %s", instance->stored_count),
				instance->stored_count, reference->server->spec->name);
		}
	}
}

static const struct model_stored *find_stored(const struct instance *instance, const char *name)
{
	for (size_t k = 0; k < instance->stored_count; k++) {
		if (strcmp(instance->stored[k].name, name) == 0) {
			return &instance->stored[k];
		}
	}
	return NULL;
}

/* Its files are gone from the store: the next page that is read is ESTALE or SIGBUS (DESIGN.md 10.11). */
static void check_loaded(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	bool said = false;
	if (instance->api.status != LINK_OK || instance->loaded_at == 0 || instance->stored_at == 0 ||
		store_is_wrong(instance)) {
		return;
	}
	for (size_t k = 0; k < instance->loaded_count; k++) {
		const struct model_loaded *loaded = &instance->loaded[k];
		const struct model_stored *stored = find_stored(instance, loaded->name);
		if (stored && (strcmp(stored->digest, loaded->digest) == 0 || loaded->digest[0] == '\0')) {
			continue;
		}
		said = true;
		doctor_say(doctor, VERDICT_WARNING,
			stored ? _("%s was pulled anew while it was loaded: what is loaded is no longer in "
				   "the store, and "
				   "reading on may end in ESTALE or SIGBUS: unload it")
			       : _("%s was deleted while it was loaded: reading on may end in ESTALE or "
				   "SIGBUS: unload "
				   "it"),
			loaded->name);
		doctor_advise(doctor, NULL, "ollama-top unload {} {}", loaded->name, doctor->target);
	}
	if (!said && instance->loaded_count > 0) {
		doctor_say(doctor, VERDICT_OK,
			P_("%zu is loaded, and still in the store", "%zu are loaded, and still in the store",
				instance->loaded_count),
			instance->loaded_count);
	}
}

/* They answer 400 to whoever asks them to generate (DESIGN.md 10.14). */
static void check_embedding(struct doctor *doctor, const struct subject *subject)
{
	struct disagreement embedding = {0};
	char more[AND_MORE_MAX];
	(void)subject;
	for (size_t k = 0; k < doctor->facts->model_count; k++) {
		if (doctor->facts->models[k].embedding) {
			add_name(&embedding, doctor->facts->models[k].name);
		}
	}
	if (embedding.count > 0) {
		doctor_say(doctor, VERDICT_OK,
			_("%s%s only embed: ask them at /api/embed, /api/generate answers 400"),
			embedding.names, and_more(&embedding, more));
	}
}

static const struct check checks[] = {
	{"models", SCOPE_INSTANCE, check_models, NULL},
	{"loaded", SCOPE_INSTANCE, check_loaded, NULL},
	{"embedding", SCOPE_FLEET, check_embedding, "models"},
};

const struct check_table doctor_models = CHECK_TABLE(checks);
