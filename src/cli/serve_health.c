#include "serve_health.h"

#include "ollama-top/text.h"

#include <stdio.h>

/* The longest time between two questions to a server that fails, DESIGN.md section 5. */
#define BACKOFF_MS ((int64_t)30000)

bool serve_health(const struct fleet *fleet, int64_t now, char *text, size_t size)
{
	char age[32];
	char most[32];
	const int64_t slow = 3 * fleet->spec->refresh_ms;
	const int64_t limit = (slow > BACKOFF_MS ? slow : BACKOFF_MS) + 2 * fleet->spec->timeout_ms;
	if (fleet->observed_at == 0) {
		snprintf(text, size, "nothing has been heard of the fleet yet\n");
		return false;
	}
	const int64_t silence = now - fleet->observed_at;
	text_duration(age, sizeof(age), silence);
	if (silence > limit) {
		snprintf(text, size,
			"nothing has been heard of the fleet for %s; expected something within %s\n", age,
			text_duration(most, sizeof(most), limit));
		return false;
	}
	snprintf(text, size, "ok: the fleet is %s, data is %s old\n", fleet_status_name(fleet->status), age);
	return true;
}
