-- Changes after booking: what is out of service, which bookings must move, and places a family gave up.

-- A furnace, pavilion or ash table out of service. Its free cells are claims of kind maintenance held by this row;
-- cells that are booked come to it when the booking moves away.
CREATE TABLE outage (
    id TEXT COLLATE "C" PRIMARY KEY,
    resource_id TEXT COLLATE "C" NOT NULL,
    -- The first and the last cell, both inclusive
    from_date TEXT NOT NULL,
    from_cell BIGINT NOT NULL,
    until_date TEXT COLLATE "C" NOT NULL,
    until_cell BIGINT NOT NULL,
    -- What the public reads; the note is the office's own
    reason_th TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    note TEXT NOT NULL,
    -- An urgent one is one person's act, reviewed afterwards by another
    urgent BIGINT NOT NULL,
    declared_by TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    reviewed_by TEXT,
    reviewed_at BIGINT,
    review_note TEXT,
    ended_by TEXT,
    ended_at BIGINT
);
CREATE INDEX outage_current ON outage (until_date, id) WHERE ended_at IS NULL;
CREATE INDEX outage_resource ON outage (resource_id, until_date) WHERE ended_at IS NULL;
CREATE INDEX outage_review ON outage (id) WHERE urgent = 1 AND reviewed_at IS NULL;

-- A live booking that must move: nothing disappears until it has moved, ended, or may stay after all.
CREATE TABLE must_move (
    id TEXT COLLATE "C" PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES request (id),
    -- outage or closure, and its id
    cause_kind TEXT COLLATE "C" NOT NULL,
    cause_id TEXT COLLATE "C" NOT NULL,
    -- The first place it cannot keep: what the list is ordered by
    place_date TEXT COLLATE "C" NOT NULL,
    reason_th TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT,
    -- moved, ended or stays
    resolution TEXT
);
CREATE UNIQUE INDEX must_move_once ON must_move (request_id, cause_kind, cause_id) WHERE resolved_at IS NULL;
CREATE INDEX must_move_list ON must_move (place_date, id) WHERE resolved_at IS NULL;
CREATE INDEX must_move_cause ON must_move (cause_kind, cause_id, place_date, id);

-- Who gave up which place: the same family cannot take it again until it has passed.
CREATE TABLE given_up (
    -- MAC of an identifier of the deceased, of the applicant's phone, or of an agent
    who_mac TEXT COLLATE "C" NOT NULL,
    -- What the family picked: a round or ash time of a date, a night of a pavilion
    place TEXT COLLATE "C" NOT NULL,
    place_date TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (who_mac, place)
);
CREATE INDEX given_up_age ON given_up (place_date);
