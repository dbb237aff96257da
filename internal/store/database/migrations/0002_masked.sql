-- Header names whose values a recording left out, one a line; '' for what was never exported.
ALTER TABLE delivery ADD COLUMN masked TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN masked TEXT NOT NULL DEFAULT '';
