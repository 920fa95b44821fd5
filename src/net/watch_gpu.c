/*
 * watch_gpu.c - asks nvidia-smi in the containers that have a GPU how full and how busy it is. Where the program is
 * missing, that is remembered until the container starts anew.
 */
#include "watch_private.h"

#include "ollama-top/probe.h"

static void on_answer(void *user, const struct exec_result *result)
{
	struct target *t = user;
	struct gpu gpus[FLEET_GPUS_MAX];
	t->gpu_exec = NULL;
	if (result->missing)
		t->no_gpu = true;
	if (result->error != NULL)
		return;
	struct observation o = {.kind = OBS_GPUS, .server = t->engine->index, .instance = t->name};
	o.u.gpus.list = gpus;
	o.u.gpus.count = probe_parse_gpus(result->out, result->out_len, gpus);
	/* It is there and says nothing of a GPU, such as where no driver answers it. */
	if (o.u.gpus.count == 0)
		t->no_gpu = true;
	watch_observe(t->engine->watch, &o);
}

/* Whether the program is worth the exec: the container asked for a GPU, or has a model in the memory of one. */
static bool has_gpu(const struct target *t)
{
	return !t->no_gpu && (t->asked_for_gpu || t->in_vram);
}

static void ask_gpu(struct poll *p)
{
	static const char *const argv[] = {"nvidia-smi",
		"--query-gpu=index,name,memory.used,memory.total,utilization.gpu",
		"--format=csv,noheader,nounits", NULL};
	struct target *t = p->owner;
	if (t->gpu_exec == NULL && has_gpu(t) && target_may_exec(t))
		t->gpu_exec = exec_start(t, argv, on_answer, t);
}

const struct poll_kind gpu_poll = {"gpu", EACH_15TH, ask_gpu, NULL};

void gpu_start(struct target *t)
{
	t->no_gpu = false;
	poll_now(&t->gpu);
}

void gpu_stop(struct target *t)
{
	poll_off(&t->gpu);
	exec_cancel(t->gpu_exec);
	t->gpu_exec = NULL;
	t->in_vram = false;
}
