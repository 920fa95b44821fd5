# unit tests of src/ops
check_PROGRAMS += tests/unit/test-ops
TESTS += tests/unit/test-ops
tests_unit_test_ops_SOURCES = \
	%D%/recorded.c \
	%D%/recorded.h \
	%D%/test-audit.c \
	%D%/test-audit-queue.c \
	%D%/test-autoscale.c \
	%D%/test-choose.c \
	%D%/test-clone.c \
	%D%/test-pool-file.c \
	%D%/test-pool-random.c \
	%D%/test-pool-text.c \
	%D%/test-service-spec.c \
	%D%/test-successor.c
tests_unit_test_ops_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_ops_LDADD = libops.a libnet.a libfleet.a $(CRITERION_LIBS) $(CURL_LIBS) $(NFS_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) -lm
EXTRA_DIST += \
	%D%/data/anchors.added.yml \
	%D%/data/anchors.removed.yml \
	%D%/data/anchors.yml \
	%D%/data/bom.added.yml \
	%D%/data/bom.removed.yml \
	%D%/data/bom.yml \
	%D%/data/comments.added.yml \
	%D%/data/comments.removed.yml \
	%D%/data/comments.yml \
	%D%/data/crlf-cut.added.yml \
	%D%/data/crlf-cut.removed.yml \
	%D%/data/crlf-cut.yml \
	%D%/data/crlf.added.yml \
	%D%/data/crlf.removed.yml \
	%D%/data/crlf.yml \
	%D%/data/documents.added.yml \
	%D%/data/documents.removed.yml \
	%D%/data/documents.yml \
	%D%/data/flow-line.added.yml \
	%D%/data/flow-line.removed.yml \
	%D%/data/flow-line.yml \
	%D%/data/flow-lines.added.yml \
	%D%/data/flow-lines.removed.yml \
	%D%/data/flow-lines.yml \
	%D%/data/image-1.json \
	%D%/data/inspect-compose.json \
	%D%/data/inspect-fixed.json \
	%D%/data/inspect-options.json \
	%D%/data/inspect-recreated.json \
	%D%/data/merge.added.yml \
	%D%/data/merge.removed.yml \
	%D%/data/merge.yml \
	%D%/data/multibyte.added.yml \
	%D%/data/multibyte.removed.yml \
	%D%/data/multibyte.yml \
	%D%/data/next-line.added.yml \
	%D%/data/next-line.removed.yml \
	%D%/data/next-line.yml \
	%D%/data/quoted-keys.added.yml \
	%D%/data/quoted-keys.removed.yml \
	%D%/data/quoted-keys.yml \
	%D%/data/seed.added.yml \
	%D%/data/seed.removed.yml \
	%D%/data/seed.yml \
	%D%/data/services.added.yml \
	%D%/data/services.removed.yml \
	%D%/data/services.yml \
	%D%/data/tabs.added.yml \
	%D%/data/tabs.removed.yml \
	%D%/data/tabs.yml
