-- Money: what a request owes, what was paid, what the bank says, what goes back. Amounts in satang.

-- One row a request, locked first by every act on its money: they follow one another.
CREATE TABLE fee_account (
    request_id TEXT PRIMARY KEY REFERENCES request (id),
    version BIGINT NOT NULL,
    -- JSON: what was asked for on top, by item and units
    extras TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE fee_exemption (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    code TEXT NOT NULL,
    percent BIGINT NOT NULL,
    -- JSON: ids of items; empty is everything
    items TEXT NOT NULL,
    clause TEXT NOT NULL,
    -- What shows it, in the asker's words
    evidence TEXT NOT NULL,
    -- asked, granted, refused
    status TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_kind TEXT NOT NULL,
    asked_by TEXT,
    decided_at BIGINT,
    decided_by TEXT,
    -- The delegation order it was decided under
    decided_order TEXT,
    reason TEXT
);
CREATE INDEX fee_exemption_request ON fee_exemption (request_id, id);
CREATE UNIQUE INDEX fee_exemption_asked ON fee_exemption (request_id) WHERE status = 'asked';
CREATE INDEX fee_exemption_open ON fee_exemption (status, id);

CREATE TABLE fee_note (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    reference TEXT NOT NULL,
    -- fee, meter
    kind TEXT NOT NULL,
    fiscal_year BIGINT NOT NULL,
    number BIGINT NOT NULL,
    -- JSON: the lines as they were told
    lines TEXT NOT NULL,
    total BIGINT NOT NULL,
    -- Paid earlier, on a note that this one replaces
    credited BIGINT NOT NULL,
    due BIGINT NOT NULL,
    -- open, paid, superseded, void
    status TEXT NOT NULL,
    settings_revision BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    issued_by TEXT,
    closed_at BIGINT,
    UNIQUE (fiscal_year, number)
);
CREATE INDEX fee_note_request ON fee_note (request_id, id);
CREATE UNIQUE INDEX fee_note_current ON fee_note (request_id, kind) WHERE status IN ('open', 'paid');
CREATE INDEX fee_note_list ON fee_note (status, id);

CREATE TABLE payment (
    id TEXT PRIMARY KEY,
    note_id TEXT NOT NULL REFERENCES fee_note (id),
    request_id TEXT NOT NULL REFERENCES request (id),
    -- As the note's
    kind TEXT NOT NULL,
    -- cash, qr, bank
    method TEXT NOT NULL,
    amount BIGINT NOT NULL,
    paid_on TEXT NOT NULL,
    -- The official receipt: keyed by the cashier, or Sala's own
    receipt_year BIGINT,
    receipt_number TEXT,
    bank_line_id TEXT,
    -- A payment by QR that was taken at the counter and has come in the bank's file since
    cleared_at BIGINT,
    entered_at BIGINT NOT NULL,
    entered_by TEXT,
    undone_at BIGINT,
    undone_by TEXT,
    undone_reason TEXT
);
CREATE UNIQUE INDEX payment_once ON payment (note_id) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX payment_receipt ON payment (receipt_year, receipt_number) WHERE undone_at IS NULL;
CREATE INDEX payment_request ON payment (request_id, id);
CREATE INDEX payment_day ON payment (paid_on, id);

-- The last number given, by what is numbered and fiscal year: taken in the transaction, so there are no gaps.
CREATE TABLE money_counter (
    name TEXT NOT NULL,
    fiscal_year BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (name, fiscal_year)
);

-- Double entry, append-only: the entries of a transaction add up to nothing.
CREATE TABLE ledger_txn (
    id TEXT PRIMARY KEY,
    -- What it records; the same thing is never recorded twice
    source TEXT NOT NULL UNIQUE,
    request_id TEXT REFERENCES request (id),
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT
);
CREATE INDEX ledger_txn_request ON ledger_txn (request_id);

CREATE TABLE ledger_entry (
    txn_id TEXT NOT NULL REFERENCES ledger_txn (id),
    n BIGINT NOT NULL,
    account TEXT NOT NULL,
    -- Debits are positive
    amount BIGINT NOT NULL,
    PRIMARY KEY (txn_id, n)
);
CREATE INDEX ledger_entry_account ON ledger_entry (account, txn_id);

CREATE TABLE bank_line (
    id TEXT PRIMARY KEY,
    bank TEXT NOT NULL,
    -- The bank's number of the transaction with its date, or a hash of the row and how often it came before
    fingerprint TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    paid_time TEXT,
    amount BIGINT NOT NULL,
    ref1 TEXT NOT NULL,
    ref2 TEXT NOT NULL,
    -- matched, cleared, unmatched, assigned, set_aside
    status TEXT NOT NULL,
    -- Why it did not match
    reason TEXT,
    note_id TEXT,
    imported_at BIGINT NOT NULL,
    imported_by TEXT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    decided_reason TEXT,
    UNIQUE (bank, fingerprint)
);
CREATE INDEX bank_line_list ON bank_line (status, id);

CREATE TABLE refund (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    reference TEXT NOT NULL,
    -- What it follows from: one refund each
    source TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    -- cancelled, cheaper, overpaid
    cause TEXT NOT NULL,
    paid BIGINT NOT NULL,
    percent BIGINT NOT NULL,
    days_left BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    kept BIGINT NOT NULL,
    -- asked, sent, paid, refused
    status TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    sent_at BIGINT,
    closed_at BIGINT,
    changed_by TEXT,
    reason TEXT
);
CREATE INDEX refund_request ON refund (request_id, id);
CREATE INDEX refund_list ON refund (status, id);
