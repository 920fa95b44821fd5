/* `ollama-top autoscale`: plays a trace, or scales. */
#include "autoscale_control.h"
#include "command.h"
#include "simulate.h"

int autoscale_run(const struct options *options)
{
	return options->simulate ? simulate_run(options) : autoscale_control_run(options);
}
