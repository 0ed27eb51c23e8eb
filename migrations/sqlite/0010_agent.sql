-- Agents: funeral directors, temples, hospitals, health volunteers; and by what authority they act on a request.

CREATE TABLE agent (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    organisation TEXT NOT NULL,
    name TEXT NOT NULL,
    -- What an agent signs in with
    phone TEXT NOT NULL,
    licence TEXT,
    -- waiting, approved, refused, disabled
    standing TEXT NOT NULL,
    -- Why it was refused or closed
    reason TEXT,
    decided_at BIGINT,
    decided_by TEXT,
    password_hash TEXT NOT NULL,
    totp_sealed TEXT NOT NULL,
    key_id TEXT NOT NULL,
    totp_step BIGINT NOT NULL DEFAULT 0,
    -- When the second factor was first shown to work
    enrolled_at BIGINT,
    created_at BIGINT NOT NULL
);
-- Whoever was refused may register again
CREATE UNIQUE INDEX agent_phone ON agent (phone) WHERE standing <> 'refused';
CREATE INDEX agent_sign_in ON agent (phone, id);
CREATE INDEX agent_standing ON agent (standing, id);

CREATE TABLE agent_recovery_code (
    agent_id TEXT NOT NULL REFERENCES agent (id),
    code_mac TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (agent_id, code_mac)
);

ALTER TABLE session ADD COLUMN agent_id TEXT REFERENCES agent (id);
CREATE INDEX session_agent ON session (agent_id);

-- One agent a request, at most; an authority that was taken away stays, closed.
CREATE TABLE authority (
    request_id TEXT PRIMARY KEY REFERENCES request (id),
    agent_id TEXT NOT NULL REFERENCES agent (id),
    given_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    -- tracking, letter, call
    confirmed_by TEXT,
    revoked_at BIGINT
);
CREATE INDEX authority_agent ON authority (agent_id, request_id);
CREATE INDEX authority_recent ON authority (agent_id, given_at);
