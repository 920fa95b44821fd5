noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	%D%/app.c %D%/app.h \
	%D%/command.c %D%/command.h \
	%D%/console.c \
	%D%/demo.c %D%/demo.h \
	%D%/find.c %D%/find.h \
	%D%/logs.c \
	%D%/operate.c \
	%D%/operate_ask.c %D%/operate_ask.h \
	%D%/operate_known.c %D%/operate_known.h \
	%D%/operate_tell.c %D%/operate_tell.h \
	%D%/operate_words.c %D%/operate_words.h \
	%D%/options.c %D%/options.h \
	%D%/output.c %D%/output.h \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/snapshot_json.c \
	%D%/snapshot_text.c
libcli_a_CPPFLAGS = $(AM_CPPFLAGS) -DBINDIR='"$(bindir)"' -DLIBEXECDIR='"$(libexecdir)"'
