-- Lending medical equipment: units, requests piece by piece, who has what, consumables.

CREATE TABLE equipment_unit (
    id TEXT COLLATE "C" PRIMARY KEY,
    -- The type's id in the settings
    kind TEXT COLLATE "C" NOT NULL,
    -- เลขครุภัณฑ์ as it is shown, and as it is compared
    asset_number TEXT NOT NULL,
    asset_key TEXT COLLATE "C" NOT NULL UNIQUE,
    -- What the QR on the unit says: random, so that it tells nobody who has it
    label TEXT COLLATE "C" NOT NULL UNIQUE,
    serial TEXT NOT NULL,
    maker TEXT NOT NULL,
    model TEXT NOT NULL,
    lot TEXT NOT NULL,
    price BIGINT,
    fund TEXT NOT NULL,
    acquired_on TEXT,
    -- Its home shelf
    place TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- To be taken out of use when it comes back
    recalled BIGINT NOT NULL DEFAULT 0,
    hour_meter BIGINT NOT NULL DEFAULT 0,
    serviced_on TEXT NOT NULL,
    loans_since_service BIGINT NOT NULL DEFAULT 0,
    hours_at_service BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX equipment_unit_kind ON equipment_unit (kind, state, id);
CREATE INDEX equipment_unit_state ON equipment_unit (state, id);

-- Append-only history of a unit.
CREATE TABLE equipment_event (
    id TEXT COLLATE "C" PRIMARY KEY,
    unit_id TEXT COLLATE "C" NOT NULL REFERENCES equipment_unit (id),
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT COLLATE "C",
    event TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX equipment_event_history ON equipment_event (unit_id, version, id);

CREATE TABLE loan (
    request_id TEXT COLLATE "C" PRIMARY KEY REFERENCES request (id),
    patient_id TEXT COLLATE "C" NOT NULL REFERENCES person (id),
    -- Who signs, and who looks after the patient; NULL: the applicant, or nobody said
    borrower_id TEXT COLLATE "C" REFERENCES person (id),
    carer_id TEXT COLLATE "C" REFERENCES person (id),
    relation TEXT,
    health TEXT NOT NULL,
    community TEXT NOT NULL,
    tambon TEXT NOT NULL,
    address TEXT NOT NULL,
    from_date TEXT COLLATE "C" NOT NULL,
    until_date TEXT NOT NULL,
    not_needed_after TEXT COLLATE "C",
    delivery TEXT NOT NULL,
    note TEXT NOT NULL,
    -- What an officer found: Barthel ADL 0 to 20, poverty, the day of discharge
    adl BIGINT,
    poor BIGINT NOT NULL DEFAULT 0,
    discharged_on TEXT,
    points BIGINT,
    priority BIGINT NOT NULL,
    patient_died_on TEXT
);

-- One asked-for piece.
CREATE TABLE loan_line (
    id TEXT COLLATE "C" PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES request (id),
    position BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    -- The place in the queue: class, then time
    priority BIGINT NOT NULL,
    since BIGINT NOT NULL,
    from_date TEXT COLLATE "C" NOT NULL,
    not_needed_after TEXT COLLATE "C",
    accepted BIGINT NOT NULL DEFAULT 0,
    offer_until BIGINT,
    lapsed BIGINT NOT NULL DEFAULT 0,
    unit_id TEXT COLLATE "C" REFERENCES equipment_unit (id),
    handed_at BIGINT,
    due_on TEXT COLLATE "C",
    renewals BIGINT NOT NULL DEFAULT 0,
    returned_at BIGINT,
    -- What the unit cost when it was lent: loss is settled by it
    price_at_loan BIGINT,
    -- "Still needed?" was answered, or "no longer needed" said
    still_needed_at BIGINT,
    not_needed_at BIGINT,
    chased_at BIGINT,
    chase_step TEXT
);
CREATE INDEX loan_line_request ON loan_line (request_id, position);
CREATE INDEX loan_line_queue ON loan_line (kind, state, priority, since, id);
CREATE INDEX loan_line_due ON loan_line (state, due_on, id);
CREATE INDEX loan_line_offer ON loan_line (offer_until) WHERE offer_until IS NOT NULL;
CREATE INDEX loan_line_past ON loan_line (kind, returned_at) WHERE returned_at IS NOT NULL;
CREATE INDEX loan_line_unit ON loan_line (unit_id, id);

-- Who has a unit, or for whom it is set aside: the database refuses a second.
CREATE TABLE allocation (
    id TEXT COLLATE "C" PRIMARY KEY,
    unit_id TEXT COLLATE "C" NOT NULL REFERENCES equipment_unit (id),
    line_id TEXT COLLATE "C" NOT NULL REFERENCES loan_line (id),
    -- reserved, on_loan
    kind TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX allocation_once ON allocation (unit_id) WHERE ended_at IS NULL;
CREATE INDEX allocation_line ON allocation (line_id, id);

-- Consumables, by lot. The stock is the sum of the lot's entries, kept in their own transaction.
CREATE TABLE supply_lot (
    id TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    lot TEXT NOT NULL,
    expires_on TEXT,
    on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
    created_at BIGINT NOT NULL
);
CREATE INDEX supply_lot_kind ON supply_lot (kind, id);

CREATE TABLE supply_entry (
    id TEXT COLLATE "C" PRIMARY KEY,
    lot_id TEXT COLLATE "C" NOT NULL REFERENCES supply_lot (id),
    entry TEXT NOT NULL,
    change BIGINT NOT NULL,
    -- The lot's stock after it
    balance BIGINT NOT NULL,
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- To whom it was given
    request_id TEXT COLLATE "C" REFERENCES request (id),
    at BIGINT NOT NULL,
    actor_id TEXT COLLATE "C"
);
CREATE INDEX supply_entry_lot ON supply_entry (lot_id, id);
CREATE INDEX supply_entry_request ON supply_entry (request_id, id);
