# Entries for fuzzers, run over their corpora by make check.
check_PROGRAMS += %D%/fuzz-config
TESTS += %D%/fuzz-config
tests_fuzz_fuzz_config_SOURCES = %D%/fuzz-config.c
tests_fuzz_fuzz_config_LDADD = libconfig.a libfleet.a $(YAML_LIBS) $(CJSON_LIBS)
check_PROGRAMS += %D%/fuzz-parse
TESTS += %D%/fuzz-parse
tests_fuzz_fuzz_parse_SOURCES = %D%/fuzz-parse.c tests/unit/net/parsers.c tests/unit/net/parsers.h
tests_fuzz_fuzz_parse_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/net
tests_fuzz_fuzz_parse_LDADD = libnet.a libfleet.a $(CJSON_LIBS) -lm
check_PROGRAMS += %D%/fuzz-pool
TESTS += %D%/fuzz-pool
tests_fuzz_fuzz_pool_SOURCES = %D%/fuzz-pool.c
tests_fuzz_fuzz_pool_LDADD = libops.a libfleet.a $(YAML_LIBS) -lm
check_PROGRAMS += %D%/fuzz-record
TESTS += %D%/fuzz-record
tests_fuzz_fuzz_record_SOURCES = %D%/fuzz-record.c
tests_fuzz_fuzz_record_LDADD = librecord.a libnet.a libconfig.a libfleet.a $(UV_LIBS) $(YAML_LIBS) $(CJSON_LIBS) -lm
check_PROGRAMS += %D%/fuzz-rule
TESTS += %D%/fuzz-rule
tests_fuzz_fuzz_rule_SOURCES = %D%/fuzz-rule.c
tests_fuzz_fuzz_rule_LDADD = libfleet.a -lm
EXTRA_DIST += \
	%D%/corpus-config/alias-as-key.yaml \
	%D%/corpus-config/alias-loop.yaml \
	%D%/corpus-config/alias-of-server.yaml \
	%D%/corpus-config/block-scalars.yaml \
	%D%/corpus-config/bom.yaml \
	%D%/corpus-config/comment-only.yaml \
	%D%/corpus-config/complex-keys.yaml \
	%D%/corpus-config/deep-block.yaml \
	%D%/corpus-config/deep-flow.yaml \
	%D%/corpus-config/deep-map.yaml \
	%D%/corpus-config/directives.yaml \
	%D%/corpus-config/empty.yaml \
	%D%/corpus-config/escaped-nul.yaml \
	%D%/corpus-config/escapes.yaml \
	%D%/corpus-config/example.yaml \
	%D%/corpus-config/example-crlf.yaml \
	%D%/corpus-config/huge-numbers.yaml \
	%D%/corpus-config/latin1.yaml \
	%D%/corpus-config/laughs.yaml \
	%D%/corpus-config/long-scalar.yaml \
	%D%/corpus-config/many-keys.yaml \
	%D%/corpus-config/merge-key.yaml \
	%D%/corpus-config/newline-free.yaml \
	%D%/corpus-config/nul-bytes.yaml \
	%D%/corpus-config/swarm.yaml \
	%D%/corpus-config/tabs.yaml \
	%D%/corpus-config/tags.yaml \
	%D%/corpus-config/two-documents.yaml \
	%D%/corpus-config/unterminated.yaml \
	%D%/corpus-config/utf16.yaml
