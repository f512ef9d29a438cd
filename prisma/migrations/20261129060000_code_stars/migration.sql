ALTER TABLE paper ADD COLUMN code_stars int;
