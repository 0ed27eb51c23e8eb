-- Settings that staff revise, and urgent closures that somebody else reviews.

-- Why it was changed, in the words of whoever changed it
ALTER TABLE setting_revision ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- The revision of the same setting that it was made from: two made from the same one cannot both stand
ALTER TABLE setting_revision ADD COLUMN follows BIGINT;
CREATE UNIQUE INDEX setting_revision_follows ON setting_revision (kind, key, follows);

-- One person's act, at once; reviewed afterwards by somebody else
CREATE TABLE urgent_closure (
    -- The settings revision it made
    revision BIGINT PRIMARY KEY REFERENCES setting_revision (revision),
    closed_at BIGINT NOT NULL,
    closed_by TEXT NOT NULL REFERENCES staff (id),
    -- cremation, pavilions or all
    closes TEXT NOT NULL,
    date_from TEXT NOT NULL,
    date_until TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- How many bookings lay in it
    affected BIGINT NOT NULL,
    reviewed_at BIGINT,
    reviewed_by TEXT REFERENCES staff (id),
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX urgent_closure_open ON urgent_closure (revision) WHERE reviewed_at IS NULL;
