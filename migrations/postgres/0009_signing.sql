-- Running numbers, issued documents and their signatures, appeals, late notices, calendar links.

-- The last number given in a series and year. The row is taken in the issuing transaction: what rolls back gives its
-- number back, and two who issue at once wait for each other.
CREATE TABLE number_counter (
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (series, year)
);

CREATE TABLE issued_document (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    kind TEXT NOT NULL,
    series TEXT NOT NULL,
    -- Buddhist year
    year BIGINT NOT NULL,
    n BIGINT NOT NULL,
    -- As it is printed
    number TEXT NOT NULL,
    -- 1, and one more each time the same number is issued anew after a change
    version BIGINT NOT NULL,
    status TEXT NOT NULL,
    -- What it answers: a request's event, an appeal, a late notice
    about_id TEXT NOT NULL,
    -- Places and dates as they were when it was issued, as JSON: nobody's name
    places TEXT NOT NULL,
    -- Of the verification page
    code TEXT NOT NULL UNIQUE,
    -- Who is to sign: name and position stand in the print
    signer_id TEXT,
    -- Grows when it has to be printed anew, such as for another signer
    round BIGINT NOT NULL,
    -- The print and what it was made from, in the vault; NULL until it is made
    object TEXT,
    model TEXT,
    sha256 TEXT,
    issued_at BIGINT NOT NULL,
    issued_by TEXT,
    ended_at BIGINT,
    ended_by TEXT,
    ended_why TEXT,
    UNIQUE (series, year, n, version)
);
CREATE INDEX issued_document_request ON issued_document (request_id, id);
CREATE INDEX issued_document_status ON issued_document (status, id);

-- Who signed what, with what: one a document. The MAC stands over every column.
CREATE TABLE signature (
    document_id TEXT PRIMARY KEY REFERENCES issued_document (id),
    staff_id TEXT NOT NULL,
    name TEXT NOT NULL,
    position TEXT NOT NULL,
    acting_for TEXT NOT NULL,
    delegation_order TEXT NOT NULL,
    delegation_from TEXT NOT NULL,
    delegation_until TEXT,
    -- 'totp' with its time step, or 'ink' with the scan
    factor TEXT NOT NULL,
    totp_step BIGINT,
    scan TEXT,
    scan_sha256 TEXT,
    -- Of exactly the PDF that was shown
    sha256 TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    mac TEXT NOT NULL,
    key_id TEXT NOT NULL
);

CREATE TABLE appeal (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    -- The form's own key: a double tap is one appeal
    form_key TEXT NOT NULL UNIQUE,
    year BIGINT NOT NULL,
    n BIGINT NOT NULL,
    number TEXT NOT NULL,
    channel TEXT NOT NULL,
    words TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    -- The last day it could be made; NULL when nobody was told of the order yet
    last_day TEXT,
    late BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    status TEXT NOT NULL,
    version BIGINT NOT NULL,
    forwarded_at BIGINT,
    answered_at BIGINT,
    answered_by TEXT,
    answer TEXT,
    UNIQUE (year, n)
);
CREATE INDEX appeal_request ON appeal (request_id, id);
CREATE INDEX appeal_status ON appeal (status, answer_by, id);
CREATE INDEX appeal_due ON appeal (answer_by, id);

-- A late decision's written reasons, numbered: the n-th is one, whatever the clock does.
CREATE TABLE late_notice (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    -- The deadline that passed: a request that was returned and sent again has a new one
    decide_by BIGINT NOT NULL,
    n BIGINT NOT NULL,
    write_by BIGINT NOT NULL,
    -- open, written, or settled by a decision before anybody wrote
    status TEXT NOT NULL,
    reason TEXT,
    written_at BIGINT,
    written_by TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (request_id, decide_by, n)
);
CREATE INDEX late_notice_open ON late_notice (status, write_by, id);

-- Secret, revocable links of calendar programs; only the MAC of the token is kept.
CREATE TABLE calendar_link (
    id TEXT PRIMARY KEY,
    token_mac TEXT NOT NULL UNIQUE,
    -- Exactly one of the two
    staff_id TEXT REFERENCES staff (id),
    request_id TEXT REFERENCES request (id),
    -- Whether the family wants the name of the person who died in it
    names BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX calendar_link_staff ON calendar_link (staff_id) WHERE revoked_at IS NULL;
CREATE INDEX calendar_link_request ON calendar_link (request_id) WHERE revoked_at IS NULL;

-- Calendars list nights too.
CREATE INDEX crematorium_case_nights ON crematorium_case (pavilion_from, request_id);

-- Keys are compared byte by byte, as 0002 says.
ALTER TABLE number_counter
    ALTER COLUMN series TYPE TEXT COLLATE "C";

ALTER TABLE issued_document
    ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN request_id TYPE TEXT COLLATE "C",
    ALTER COLUMN series TYPE TEXT COLLATE "C",
    ALTER COLUMN status TYPE TEXT COLLATE "C",
    ALTER COLUMN code TYPE TEXT COLLATE "C";

ALTER TABLE signature
    ALTER COLUMN document_id TYPE TEXT COLLATE "C";

ALTER TABLE appeal
    ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN request_id TYPE TEXT COLLATE "C",
    ALTER COLUMN form_key TYPE TEXT COLLATE "C",
    ALTER COLUMN status TYPE TEXT COLLATE "C";

ALTER TABLE late_notice
    ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN request_id TYPE TEXT COLLATE "C",
    ALTER COLUMN status TYPE TEXT COLLATE "C";

ALTER TABLE calendar_link
    ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN token_mac TYPE TEXT COLLATE "C",
    ALTER COLUMN staff_id TYPE TEXT COLLATE "C",
    ALTER COLUMN request_id TYPE TEXT COLLATE "C";

ALTER TABLE crematorium_case
    ALTER COLUMN pavilion_from TYPE TEXT COLLATE "C";
