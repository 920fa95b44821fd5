/* anonymise.c - from one recording to another, with all names hidden. */
#include "command.h"
#include "ollama-top/record.h"

int anonymise_run(const struct options *options)
{
	struct record_error error;
	if (!record_anonymise(options->replay, options->record, &error)) {
		command_complain(error.text);
		return EXIT_WRONG;
	}
	return EXIT_DONE;
}
