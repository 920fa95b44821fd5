/*
 * doctor_probe.h - gathers the facts of doctor_facts.h: a chain of questions for each instance, for the
 * models and for the balancer, all bounded in time.
 */
#ifndef CLI_DOCTOR_PROBE_H
#define CLI_DOCTOR_PROBE_H

#include "app.h"
#include "doctor_facts.h"

struct prober;

/*
 * Asks about everything in `facts` (from facts_init(), borrowed), then calls on_done once. NULL when
 * out of memory.
 */
struct prober *prober_start(struct app *app, struct facts *facts, void (*on_done)(void *user), void *user);
/* Ends what is out; run the loop until it is empty, then prober_free(). NULL is allowed. */
void prober_close(struct prober *prober);
void prober_free(struct prober *prober);

#endif
