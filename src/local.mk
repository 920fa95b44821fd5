bin_PROGRAMS += ollama-top
ollama_top_SOURCES = %D%/main.c
ollama_top_LDADD = libcli.a libui.a libops.a librecord.a libnet.a libconfig.a libfleet.a \
	$(CURSES_LIBS) $(CURL_LIBS) $(NFS_LIBS) $(MHD_LIBS) $(ZLIB_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) -lm

# Prints the completions of a shell from the tables of options and commands.
noinst_PROGRAMS += %D%/completions
src_completions_SOURCES = %D%/completions.c
src_completions_LDADD = $(ollama_top_LDADD)
