noinst_LIBRARIES += librecord.a
librecord_a_SOURCES = \
	%D%/anonymise.c \
	%D%/codec.h \
	%D%/codec_decode.c \
	%D%/codec_encode.c \
	%D%/codec_tables.c %D%/codec_tables.h \
	%D%/file.c %D%/file.h \
	%D%/line.c %D%/line.h \
	%D%/names.c %D%/names.h %D%/names_private.h \
	%D%/names_place.c \
	%D%/names_text.c \
	%D%/queue.c %D%/queue.h \
	%D%/recorder.c \
	%D%/replay.c \
	%D%/spec_json.c %D%/spec_json.h \
	%D%/vocabulary.c %D%/vocabulary.h
