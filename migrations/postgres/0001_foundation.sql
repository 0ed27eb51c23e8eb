-- The foundation: settings, people, requests, places in time, staff, jobs and the audit.
-- Portable: ids are UUIDv7 text, instants microseconds UTC, dates YYYY-MM-DD, money satang, flags 0 or 1.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE setting_revision (
    revision BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    body TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX setting_revision_latest ON setting_revision (kind, key, valid_from, revision);

-- People: retention can erase a row here without touching the request's history.
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    -- kind:ciphertext of the identity, sealed with the key named by key_id
    identity_kind TEXT,
    identity_sealed TEXT,
    key_id TEXT,
    created_at BIGINT NOT NULL,
    erased_at BIGINT
);

CREATE TABLE request (
    id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    service TEXT NOT NULL,
    status TEXT NOT NULL,
    version BIGINT NOT NULL,
    frozen BIGINT NOT NULL DEFAULT 0,
    verified_at BIGINT,
    returned_count BIGINT NOT NULL DEFAULT 0,
    channel TEXT NOT NULL,
    applicant_id TEXT NOT NULL REFERENCES person (id),
    helper_id TEXT REFERENCES person (id),
    -- HMAC of the applicant's phone and of the browser's session: for the limits on unverified requests
    phone_mac TEXT NOT NULL,
    browser_mac TEXT,
    taken_by TEXT,
    settings_revision BIGINT NOT NULL,
    submitted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- When the office must have decided; what the inbox is ordered by
    decide_by BIGINT NOT NULL,
    decided_at BIGINT,
    lapse_at BIGINT,
    correct_by BIGINT
);
CREATE INDEX request_inbox ON request (status, decide_by, id);
CREATE INDEX request_unverified_phone ON request (phone_mac, status, verified_at);
CREATE INDEX request_unverified_browser ON request (browser_mac, status, verified_at);
CREATE INDEX request_lapse ON request (status, lapse_at);

CREATE TABLE crematorium_case (
    request_id TEXT PRIMARY KEY REFERENCES request (id),
    deceased_id TEXT NOT NULL REFERENCES person (id),
    relation TEXT NOT NULL,
    case_type TEXT NOT NULL,
    date_of_death TEXT NOT NULL,
    residence TEXT NOT NULL,
    certificate_number TEXT,
    certificate_due_at BIGINT,
    cremation_date TEXT,
    cremation_round TEXT,
    furnace_id TEXT,
    pavilion_id TEXT,
    pavilion_from TEXT,
    pavilion_nights BIGINT
);
CREATE INDEX crematorium_case_day ON crematorium_case (cremation_date, request_id);

-- Append-only history: it feeds pages and statistics; nothing is rebuilt from it.
CREATE TABLE request_event (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    event TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX request_event_history ON request_event (request_id, version, id);

-- The quarter hours of a day, to insert many claims in one statement.
CREATE TABLE cell (
    n BIGINT PRIMARY KEY
);
INSERT INTO cell (n)
WITH RECURSIVE quarter (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM quarter WHERE n < 95)
SELECT n FROM quarter;

-- A place in time, which the database refuses twice.
CREATE TABLE slot_claim (
    resource_id TEXT NOT NULL,
    service_date TEXT NOT NULL,
    cell BIGINT NOT NULL,
    -- A draft, a request, or maintenance
    holder_kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    -- NULL once confirmed; a passed instant is a lapsed hold that anybody may take
    hold_until BIGINT,
    PRIMARY KEY (resource_id, service_date, cell)
);
CREATE INDEX slot_claim_holder ON slot_claim (holder);
CREATE INDEX slot_claim_day ON slot_claim (service_date, resource_id, cell);
CREATE INDEX slot_claim_lapse ON slot_claim (hold_until) WHERE hold_until IS NOT NULL;

-- One live case per deceased.
CREATE TABLE case_identity (
    kind TEXT NOT NULL,
    value_mac TEXT NOT NULL,
    request_id TEXT NOT NULL REFERENCES request (id),
    PRIMARY KEY (kind, value_mac)
);
CREATE INDEX case_identity_request ON case_identity (request_id);

-- What a resident typed, kept raw on the server.
CREATE TABLE draft (
    id TEXT PRIMARY KEY,
    owner_mac TEXT NOT NULL,
    service TEXT NOT NULL,
    lang TEXT NOT NULL,
    fields TEXT NOT NULL,
    version BIGINT NOT NULL,
    hold_until BIGINT,
    hold_extensions BIGINT NOT NULL DEFAULT 0,
    request_id TEXT REFERENCES request (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX draft_owner ON draft (owner_mac, id);
CREATE INDEX draft_expiry ON draft (expires_at);

-- A code or QR on screen carries a draft to another phone.
CREATE TABLE draft_code (
    code_mac TEXT PRIMARY KEY,
    draft_id TEXT NOT NULL REFERENCES draft (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX draft_code_draft ON draft_code (draft_id);
CREATE INDEX draft_code_expiry ON draft_code (expires_at);

CREATE TABLE idempotency (
    token_id TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (token_id, path, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE channel_token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    token_mac TEXT NOT NULL UNIQUE,
    per_minute BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    position TEXT NOT NULL,
    roles TEXT NOT NULL,
    delegation_order TEXT,
    delegation_from TEXT,
    delegation_until TEXT,
    password_hash TEXT NOT NULL,
    totp_sealed TEXT,
    key_id TEXT,
    -- The last time step whose code was used: a code works once
    totp_step BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE recovery_code (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    code_mac TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (staff_id, code_mac)
);

-- Residents' browsers and staff alike; only the MAC of the 256-bit token is kept.
CREATE TABLE session (
    token_mac TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    staff_id TEXT REFERENCES staff (id),
    -- 'password' until the second factor is shown, then 'full'
    stage TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_expiry ON session (expires_at);
CREATE INDEX session_staff ON session (staff_id);

-- Counters of the limits: a bucket is a name and a MAC, never an address in clear.
CREATE TABLE rate_limit (
    bucket TEXT PRIMARY KEY,
    -- The leaky bucket's level in thousandths, as of updated_at
    level BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX rate_limit_age ON rate_limit (updated_at);

-- The outbox and every other piece of work that happens after a commit.
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- One row per event and kind, however often a transaction runs
    dedupe TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    lease_until BIGINT,
    lease_owner TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX job_due ON job (status, run_at, id);
CREATE INDEX job_lease ON job (lease_until) WHERE status = 'running';
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;

-- "โทรแจ้งผล": telling people never depends on a provider.
CREATE TABLE call_task (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    event_id TEXT NOT NULL UNIQUE REFERENCES request_event (id),
    about TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    -- open, done
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    outcome TEXT,
    called_at BIGINT,
    called_by TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX call_task_due ON call_task (status, due_at, id);
CREATE INDEX call_task_request ON call_task (request_id, id);

-- Work for people that no request names: a message that could not be sent.
CREATE TABLE staff_task (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    request_id TEXT REFERENCES request (id),
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    done_by TEXT
);
CREATE INDEX staff_task_open ON staff_task (id) WHERE done_at IS NULL;

-- Search by MACs of normalised prefixes: no names in clear, no LIKE.
CREATE TABLE search_token (
    token_mac TEXT NOT NULL,
    request_id TEXT NOT NULL REFERENCES request (id),
    PRIMARY KEY (token_mac, request_id)
);
CREATE INDEX search_token_request ON search_token (request_id);

CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL
);

-- Who did what to which subject: identifiers only, never names.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    subject_version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    act TEXT NOT NULL,
    detail TEXT NOT NULL,
    mac TEXT NOT NULL,
    key_id TEXT NOT NULL,
    UNIQUE (subject, subject_version)
);

-- Rows that wait for the sealer: it never looks through the whole audit for them.
CREATE TABLE audit_unsealed (
    audit_id TEXT PRIMARY KEY REFERENCES audit (id)
);

-- The chain, written by one leased sealer.
CREATE TABLE audit_link (
    seq BIGINT PRIMARY KEY,
    audit_id TEXT NOT NULL UNIQUE REFERENCES audit (id),
    hash TEXT NOT NULL
);
