# Catalogues: make update-pot extracts every string, make update-po merges it into LANGUAGE.po, make install compiles them.
EXTRA_DIST += %D%/POTFILES.in %D%/LINGUAS $(CATALOGUES)
CONFIG_STATUS_DEPENDENCIES = $(top_srcdir)/%D%/LINGUAS
CLEANFILES += %D%/ollama-top.pot

# lint compares the list with this.
update-potfiles:
	@cd $(top_srcdir) && { sed -n '/^#/p' %D%/POTFILES.in; grep -rlE '\b(_|N_|P_)\("' include src --include='*.[ch]' | LC_ALL=C sort; } \
		>%D%/POTFILES.new && mv %D%/POTFILES.new %D%/POTFILES.in

update-pot:
	@test -n "$(XGETTEXT)" || { echo "xgettext is missing (Debian: gettext)" >&2; exit 1; }
	$(AM_V_GEN)$(MKDIR_P) %D% && $(XGETTEXT) --directory=$(top_srcdir) --files-from=$(top_srcdir)/%D%/POTFILES.in \
		--output=%D%/ollama-top.pot --from-code=UTF-8 --add-comments=TRANSLATORS: --keyword=_ --keyword=N_ \
		--keyword=P_:1,2 --package-name=$(PACKAGE_NAME) --package-version=$(PACKAGE_VERSION) \
		--copyright-holder='the ollama-top authors'

update-po: update-pot
	@for po in $(CATALOGUES); do $(MSGMERGE) --quiet --update --backup=none --no-location "$(top_srcdir)/$$po" %D%/ollama-top.pot || exit 1; done

# A program that is run where it was built finds its catalogues beside itself.
noinst_DATA += %D%/locale.stamp
CLEANFILES += %D%/locale.stamp
%D%/locale.stamp: %D%/LINGUAS $(CATALOGUES)
	@for po in $(CATALOGUES); do \
		folder="%D%/locale/$$(basename "$$po" .po)/LC_MESSAGES"; \
		$(MKDIR_P) "$$folder" && $(MSGFMT) --check --output-file="$$folder/$(PACKAGE).mo" "$(top_srcdir)/$$po" || exit 1; \
	done
	$(AM_V_GEN)$(MKDIR_P) %D% && touch $@

install-data-local: %D%/locale.stamp
	@for po in $(CATALOGUES); do \
		below="$$(basename "$$po" .po)/LC_MESSAGES"; \
		$(MKDIR_P) "$(DESTDIR)$(localedir)/$$below" && \
			$(INSTALL_DATA) "%D%/locale/$$below/$(PACKAGE).mo" "$(DESTDIR)$(localedir)/$$below" || exit 1; \
	done

uninstall-local:
	@for po in $(CATALOGUES); do \
		rm -f "$(DESTDIR)$(localedir)/$$(basename "$$po" .po)/LC_MESSAGES/$(PACKAGE).mo"; \
	done

.PHONY: update-potfiles update-pot update-po
