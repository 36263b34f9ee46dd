-- Records of this landing that were turned away by themselves; they have no typed key, so it is text.
create temporary table refusal (key text[], reason text, "column" text, message text, advice text) on commit drop
