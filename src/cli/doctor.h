/*
 * doctor.h - what is wrong with a fleet, and what mends it: the checks, and what they are made of.
 *
 * Checks stand in tables, one for each subject (doctor_store.c, doctor_memory.c, ...), and run in the
 * tables' order over the fleet's state as `snapshot` sees it and over facts that doctor_probe.c found
 * out beyond that. A check asks nothing and changes nothing: it says what it found with doctor_say() and
 * what mends it with doctor_advise().
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "doctor_facts.h"
#include "ollama-top/fleet.h"
#include "ollama-top/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum verdict { VERDICT_OK, VERDICT_WARNING, VERDICT_FAILURE, VERDICT_UNKNOWN, VERDICT_COUNT };

/* One command for a shell; `where` NULL is the machine that ollama-top runs on. */
struct advice {
	const struct server_spec *where;
	char *command;
};

struct finding {
	const char *check; /* static: the name of the check */
	char *target;      /* "84/ollama-2", "84", or what the check itself is about */
	char *text;
	enum verdict verdict;
	struct advice *advice;
	size_t advice_count;
};

struct report {
	struct finding *findings;
	size_t count, room;
	size_t verdicts[VERDICT_COUNT];
	bool incomplete; /* out of memory: something could not be noted */
};

/* What a check looks at: nothing of it for the whole fleet, a server, or an instance of it. */
struct subject {
	const struct server *server;
	const struct instance *instance;
};

struct doctor {
	const struct fleet *fleet;
	const struct facts *facts;
	bool demo;
	const char *notice; /* what the demo had to say, or "" */
	struct report *report;
	const char *check; /* that runs now */
	char target[2 * TEXT_NAME_MAX];
};

enum scope { SCOPE_FLEET, SCOPE_SERVER, SCOPE_INSTANCE };

struct check {
	const char *name;
	enum scope scope;
	void (*run)(struct doctor *doctor, const struct subject *subject);
	const char *about; /* the target where the scope is the fleet */
};

struct check_table {
	const struct check *checks;
	size_t count;
};
#define CHECK_TABLE(list)                              \
	{                                              \
		(list), sizeof(list) / sizeof(*(list)) \
	}

/* Each subject's checks, in the order in which they run; defined in the module of that name. */
extern const struct check_table doctor_config, doctor_endpoints, doctor_engine, doctor_containers,
	doctor_memory, doctor_nfs, doctor_store, doctor_models, doctor_balancer, doctor_clock;

/* Runs all checks; findings go to doctor->report. */
void doctor_check_all(struct doctor *doctor);

/* Notes what the check that runs has found; the text is cleaned. */
void doctor_say(struct doctor *doctor, enum verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Adds a command to the last finding: each "{}" of the template is replaced by the next of the strings
 * that follow, quoted for a shell. `where` NULL is here.
 */
#define doctor_advise(...) doctor_advise_words(__VA_ARGS__, (const char *)NULL)
void doctor_advise_words(struct doctor *doctor, const struct server *where, const char *template, ...)
	__attribute__((sentinel));

/* doctor_report.c: text for people, or a line of JSON for each finding. */
void report_text(FILE *out, const struct report *report);
bool report_json(FILE *out, const struct report *report); /* false: out of memory */
void report_free(struct report *report);

#endif
