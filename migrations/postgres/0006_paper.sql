-- Papers: photos of documents, their verdicts, what officers found out, and the files that no row names.

-- A photo. Its points lie sealed in the vault under `object`; a few of them, too few to read, under `thumbnail`.
CREATE TABLE paper (
    id TEXT COLLATE "C" PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES request (id),
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    thumbnail TEXT NOT NULL,
    -- Of the photo as it is kept, before sealing
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    uploaded_by_kind TEXT NOT NULL,
    uploaded_by TEXT,
    -- waiting, accepted, defective, replaced
    verdict TEXT NOT NULL,
    defect TEXT,
    decided_at BIGINT,
    decided_by TEXT
);
CREATE INDEX paper_request ON paper (request_id, id);

-- What officers read from the papers of a case; NULL: nobody has looked.
CREATE TABLE paper_finding (
    request_id TEXT COLLATE "C" PRIMARY KEY REFERENCES request (id),
    -- here, elsewhere, not_stated
    stated_place TEXT,
    -- natural, unnatural, unknown
    manner TEXT,
    -- The city's own registration office: asked, found, not_found
    registry TEXT
);

-- 1: nobody has released the body of an unnatural death, and nothing may be approved.
ALTER TABLE request ADD COLUMN release_missing BIGINT NOT NULL DEFAULT 0;

-- A file is noted here before it is written, and leaves when a row names it; what stays is swept.
CREATE TABLE loose_object (
    name TEXT COLLATE "C" PRIMARY KEY,
    since BIGINT NOT NULL,
    -- 1: being deleted, and lost to everybody
    doomed BIGINT NOT NULL
);
CREATE INDEX loose_object_age ON loose_object (since, name);
