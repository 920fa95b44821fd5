dist_man1_MANS = %D%/ollama-top.1 %D%/ollama-top-sim.1
dist_doc_DATA += %D%/config.example.yaml %D%/sim-scenario.example.yaml
# Templates of what `ollama-top render` writes.
deploymentdir = $(docdir)/deployment
dist_deployment_DATA = \
	%D%/deployment/README \
	%D%/deployment/docker-compose.80.yml \
	%D%/deployment/docker-compose.84.yml \
	%D%/deployment/exports \
	%D%/deployment/fstab \
	%D%/deployment/traefik-ollama.yml
# For Prometheus and Grafana: rules with their tests, a configuration, a dashboard.
prometheusdir = $(docdir)/prometheus
dist_prometheus_DATA = \
	%D%/prometheus/ollama-top.rules.test.yml \
	%D%/prometheus/ollama-top.rules.yml \
	%D%/prometheus/prometheus.example.yml
grafanadir = $(docdir)/grafana
dist_grafana_DATA = %D%/grafana/ollama-top.json

# The wall on a terminal of the machine, and the user that it runs as.
systemdunitdir = $(prefix)/lib/systemd/system
dist_systemdunit_DATA = %D%/ollama-top-wall@.service
sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = %D%/ollama-top-wall.conf

make_unit = $(AM_V_GEN)$(MKDIR_P) %D% && sed 's,[@]bindir[@],$(bindir),' $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@

# The exporter as a service, and the user that it runs as.
nodist_systemdunit_DATA = %D%/ollama-top-serve.service
dist_sysusers_DATA += %D%/ollama-top-serve.conf
EXTRA_DIST += %D%/ollama-top-serve.service.in
CLEANFILES += %D%/ollama-top-serve.service
%D%/ollama-top-serve.service: %D%/ollama-top-serve.service.in Makefile
	$(make_unit)

# The scaling policies as a service, as the same user.
nodist_systemdunit_DATA += %D%/ollama-top-autoscale.service
EXTRA_DIST += %D%/ollama-top-autoscale.service.in
CLEANFILES += %D%/ollama-top-autoscale.service
%D%/ollama-top-autoscale.service: %D%/ollama-top-autoscale.service.in Makefile
	$(make_unit)

# Shells look for completions here; a folder of the user's choice by bashcompletiondir=DIR and so on.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_bashcompletion_DATA = %D%/completions/ollama-top
nodist_zshcompletion_DATA = %D%/completions/_ollama-top
nodist_fishcompletion_DATA = %D%/completions/ollama-top.fish
CLEANFILES += $(nodist_bashcompletion_DATA) $(nodist_zshcompletion_DATA) $(nodist_fishcompletion_DATA)
make_completions = $(AM_V_GEN)$(MKDIR_P) %D%/completions && LC_ALL=C src/completions$(EXEEXT)
%D%/completions/ollama-top: src/completions$(EXEEXT)
	$(make_completions) bash >$@.tmp && mv $@.tmp $@
%D%/completions/_ollama-top: src/completions$(EXEEXT)
	$(make_completions) zsh >$@.tmp && mv $@.tmp $@
%D%/completions/ollama-top.fish: src/completions$(EXEEXT)
	$(make_completions) fish >$@.tmp && mv $@.tmp $@
# Loads for `ollama-top autoscale --simulate`.
tracesdir = $(docdir)/traces
dist_traces_DATA = %D%/traces/burst.csv %D%/traces/day.csv %D%/traces/generate %D%/traces/ramp.csv
