bin_PROGRAMS += ollama-top
ollama_top_SOURCES = %D%/main.c
ollama_top_LDADD = libcli.a libui.a libops.a libnet.a libconfig.a libfleet.a \
	$(CURSES_LIBS) $(CURL_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) -lm
